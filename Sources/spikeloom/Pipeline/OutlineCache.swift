import LoomBase
import LoomConversion
import LoomNetwork
import Synchronization

/// Outlines of one network by the forms of its layers: chips alike need only one.
final class OutlineCache: Sendable {
  private struct Key: Hashable {
    var maxPool: MaxPoolForm
    var comparatorSites: Int
    var analogSkip: AnalogSkipForm
    var analogAnswers: Bool
    var maximumFanIn: Int
    var pooling: PoolingForm
    var coding: Coding
    var reset: ResetMode
    var hostIntegratesInput: Bool
  }

  private let known = Mutex<[Key: NetworkOutline]>([:])

  /// The outline under these options; the rest of the options must not change between calls.
  func outline(
    _ network: Network, _ options: ConversionOptions
  ) throws(DiagnosticsError) -> NetworkOutline {
    let sites = options.maxPool == .comparator ? options.comparatorSites : 0
    let key = Key(
      maxPool: options.maxPool, comparatorSites: sites, analogSkip: options.analogSkip,
      analogAnswers: options.analogAnswers, maximumFanIn: options.maximumFanIn,
      pooling: options.pooling, coding: options.coding, reset: options.reset,
      hostIntegratesInput: options.reset == .hard && options.hostIntegratesInput)
    if let outline = known.withLock({ $0[key] }) { return outline }
    let outline = try Converter.outline(network, options: options)
    known.withLock { $0[key] = outline }
    return outline
  }
}
