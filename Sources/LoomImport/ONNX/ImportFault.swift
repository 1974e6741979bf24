import LoomBase
import LoomExecution

/// One thing wrong with a model, before it is anchored.
struct ImportFault: Error {
  /// The stable code.
  var code: String
  /// One sentence: *needs X, has Y*.
  var message: String

  init(_ code: String, _ message: String) {
    self.code = code
    self.message = message
  }

  /// A fault of evaluation or shape inference.
  init(_ error: ExecutionError) {
    self.init(FaultCode.operands, error.reason)
  }

  /// The fault as a diagnostic.
  func diagnostic(at anchor: Anchor, remedy: String? = nil) -> Diagnostic {
    Diagnostic(.error, code, message, at: anchor, remedy: remedy)
  }
}

/// The codes of the ONNX importer's diagnostics.
enum FaultCode {
  /// The file cannot be opened.
  static let unreadable = "SL1101"
  /// The bytes are not a Protocol Buffers message of a model.
  static let malformed = "SL1102"
  /// A stored tensor is ill-formed.
  static let tensor = "SL1103"
  /// External data cannot be had.
  static let externalData = "SL1104"
  /// A value is read that nothing provides.
  static let missingValue = "SL1105"
  /// A value is provided twice.
  static let duplicateValue = "SL1106"
  /// Nodes feed each other in a circle.
  static let cycle = "SL1107"
  /// A node's attributes are ill-formed.
  static let attribute = "SL1108"
  /// A node's operands do not fit its operator.
  static let operands = "SL1109"
  /// An operator is not executed.
  static let unsupported = "SL1110"
}
