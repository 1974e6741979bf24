/// Which layers of a network the host computes as an ordinary ANN, and what crosses between them and the chip.
public struct HybridFacts: Sendable, Hashable, Codable {
  /// The layers on one side of the chip.
  public struct Part: Sendable, Hashable, Codable {
    /// The layers, in order.
    public var nodes: [String]
    /// Their dense MACs for one sample.
    public var macs: Double
    /// The tensors that cross between them and the chip.
    public var tensors: [String]
    /// Elements of these tensors for one sample.
    public var elements: Int

    /// Creates a part.
    public init(nodes: [String], macs: Double, tensors: [String], elements: Int) {
      self.nodes = nodes
      self.macs = macs
      self.tensors = tensors
      self.elements = elements
    }
  }

  /// The layers before the chip; nil: none.
  public var head: Part?
  /// The layers behind the chip; nil: none.
  public var tail: Part?

  /// Creates the facts.
  public init(head: Part?, tail: Part?) {
    self.head = head
    self.tail = tail
  }
}
