/// Why a layer could not be evaluated.
public struct ExecutionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is at fault.
  public enum Kind: Sendable {
    /// The operator, or a form of it, is not executed by Spikeloom.
    case unsupported
    /// Shapes, types or values do not fit the operator.
    case invalid
    /// A result would exceed the limit of elements.
    case tooLarge
  }

  /// What is at fault.
  public var kind: Kind
  /// One clause saying what is needed and what is there.
  public var reason: String
  /// The name of the layer, once known.
  public var layer: String?

  /// Creates an error.
  public init(_ kind: Kind, _ reason: String, layer: String? = nil) {
    self.kind = kind
    self.reason = reason
    self.layer = layer
  }

  /// The error as a sentence.
  public var description: String {
    guard let layer else { return reason }
    return "layer '\(layer)': \(reason)"
  }

  static func invalid(_ reason: String) -> ExecutionError { ExecutionError(.invalid, reason) }

  static func unsupported(_ reason: String) -> ExecutionError {
    ExecutionError(.unsupported, reason)
  }
}
