/// Energy that cannot be given because prices are not published, and what is known without them.
public struct EnergyRefusal: Sendable, Hashable {
  /// Why the profile has no prices.
  public var reason: String
  /// JSON pointers of the prices that are needed and missing.
  public var missing: [String]
  /// What layers did, without energies.
  public var layers: [LayerEnergy]

  /// Creates a refusal.
  public init(reason: String, missing: [String], layers: [LayerEnergy]) {
    self.reason = reason
    self.missing = missing
    self.layers = layers
  }
}

/// The energy of a run, or the refusal to name one.
public enum EnergyAccount: Sendable, Hashable {
  /// Every price that is needed is there.
  case priced(EnergyLedger)
  /// The profile says that some are unpublished.
  case refused(EnergyRefusal)

  /// The ledger; nil if refused.
  public var ledger: EnergyLedger? {
    guard case .priced(let ledger) = self else { return nil }
    return ledger
  }

  /// The refusal; nil if priced.
  public var refusal: EnergyRefusal? {
    guard case .refused(let refusal) = self else { return nil }
    return refusal
  }

  /// What each layer did, with energies if priced.
  public var layers: [LayerEnergy] {
    switch self {
    case .priced(let ledger): ledger.layers
    case .refused(let refusal): refusal.layers
    }
  }
}
