import LoomBase

extension ProfileReader {
  private enum StorageKind: String {
    case packedEntries
    case crossbar
    case sharedKernels
  }

  /// Reads `/core/synapses`.
  mutating func synapses(_ value: JSONValue?) -> SynapseStorage {
    let place = "/core/synapses"
    let packed = [
      "memoryBits", "wordBits", "prefixBits", "indexBits", "tagBits", "maximumSynapsesPerEntry",
      "maximumWordsPerAxon", "maximumFormats",
    ]
    let crossbar = ["rows", "columns", "arrays"]
    let cells = ["cellBits", "readsWhenSilent", "axonTypes", "signPerAxon"]
    let shared = [
      "maximumInput", "maximumOutput", "maximumChannels", "maximumKernel", "destinations",
    ]
    let kinds = [StorageKind.packedEntries, .crossbar, .sharedKernels]
    let kind = choice("kind", of: value?.members ?? [:], at: place, among: kinds)
    guard let kind else {
      _ = object(
        value, at: place, required: ["kind"], optional: packed + crossbar + cells + shared)
      return .crossbar(CrossbarFormat(rows: 1, columns: 1, arrays: 1))
    }
    switch kind {
    case .packedEntries:
      let members = object(value, at: place, required: ["kind"] + packed)
      return .packedEntries(packedEntries(members, at: place))
    case .crossbar:
      let members = object(value, at: place, required: ["kind"] + crossbar, optional: cells)
      return .crossbar(self.crossbar(members, at: place))
    case .sharedKernels:
      let members = object(value, at: place, required: ["kind"] + shared)
      return .sharedKernels(sharedKernels(members, at: place))
    }
  }

  private mutating func crossbar(
    _ members: [String: JSONValue], at place: String
  ) -> CrossbarFormat {
    var format = CrossbarFormat(
      rows: integer("rows", of: members, at: place, unit: "axons", in: 1...65536),
      columns: integer("columns", of: members, at: place, unit: "columns", in: 1...65536),
      arrays: integer("arrays", of: members, at: place, unit: "arrays", in: 1...65536),
      cellBits: integer("cellBits", of: members, at: place, unit: "bit", in: 0...16),
      readsWhenSilent: flag("readsWhenSilent", of: members, at: place),
      axonTypes: integer("axonTypes", of: members, at: place, unit: "types", in: 0...256),
      signPerAxon: flag("signPerAxon", of: members, at: place))
    if format.axonTypes == 1 {
      report(
        "SL7012", "needs at least 2 axon types (or 0: none), has 1", at: place + "/axonTypes")
      format.axonTypes = 0
    }
    return format
  }

  private mutating func sharedKernels(
    _ members: [String: JSONValue], at place: String
  ) -> SharedKernelFormat {
    SharedKernelFormat(
      maximumInput: integer(
        "maximumInput", of: members, at: place, unit: "neurons", in: 1...65536),
      maximumOutput: integer(
        "maximumOutput", of: members, at: place, unit: "neurons", in: 1...65536),
      maximumChannels: integer(
        "maximumChannels", of: members, at: place, unit: "channels", in: 1...65536),
      maximumKernel: integer(
        "maximumKernel", of: members, at: place, unit: "neurons", in: 1...65536),
      destinations: integer(
        "destinations", of: members, at: place, unit: "cores", in: 1...65536))
  }

  /// Messages are copied on the way only between the steps of a chip, and routers have tables only where they copy.
  mutating func checkRouting(_ profile: Profile) {
    if profile.routing.multicast, profile.synchronisation == .asynchronous {
      report(
        "SL7012", "needs false on an asynchronous chip, has true", at: "/routing/multicast")
    }
    if profile.routing.tablePerChip, profile.routing.tableEntries > 0, !profile.routing.multicast {
      report(
        "SL7012", "needs true where routers have tables, has false", at: "/routing/multicast")
    }
  }

  /// Classes, where there are any, are together the cores of a chip; only layers of shared kernels are placed by them.
  mutating func checkClasses(_ profile: Profile) {
    let classes = profile.core.classes
    let cores = classes.reduce(0) { $0 + $1.cores }
    guard !classes.isEmpty else { return }
    guard case .sharedKernels = profile.core.synapses else {
      report(
        "SL7012", "needs cores that are alike where synapses are not shared kernels, has classes",
        at: "/core/classes")
      return
    }
    guard cores != profile.topology.coresPerChip else { return }
    report(
      "SL7012", "needs classes of \(profile.topology.coresPerChip) cores together, has \(cores)",
      at: "/core/classes")
  }

  /// Reads `/core/classes`.
  mutating func classes(_ value: JSONValue?) -> [CoreClass] {
    guard let value else { return [] }
    guard let list = value.elements, !list.isEmpty, list.count <= 1024 else {
      report("SL7004", "needs 1 to 1024 classes, has \(value.kindName)", at: "/core/classes")
      return []
    }
    return list.indices.map { index in
      let place = "/core/classes/\(index)"
      let members = object(
        list[index], at: place, required: ["name", "cores", "neurons"], optional: ["kernelWords"])
      return CoreClass(
        name: text("name", of: members, at: place),
        cores: integer("cores", of: members, at: place, unit: "cores", in: 1...ProfileLimits.cores),
        neurons: integer(
          "neurons", of: members, at: place, unit: "neurons", in: 1...ProfileLimits.neurons),
        kernelWords: integer(
          "kernelWords", of: members, at: place, unit: "words", in: 0...ProfileLimits.memoryBits))
    }
  }

  private mutating func packedEntries(
    _ members: [String: JSONValue], at place: String
  ) -> PackedEntryFormat {
    PackedEntryFormat(
      memoryBits: integer(
        "memoryBits", of: members, at: place, unit: "bit", in: 1...ProfileLimits.memoryBits),
      wordBits: integer("wordBits", of: members, at: place, unit: "bit", in: 1...4096),
      prefixBits: integer("prefixBits", of: members, at: place, unit: "bit", in: 0...64),
      indexBits: integer("indexBits", of: members, at: place, unit: "bit", in: 0...32),
      tagBits: integer("tagBits", of: members, at: place, unit: "bit", in: 0...32),
      maximumSynapsesPerEntry: integer(
        "maximumSynapsesPerEntry", of: members, at: place, unit: "synapses", in: 1...65536),
      maximumWordsPerAxon: integer(
        "maximumWordsPerAxon", of: members, at: place, unit: "words", in: 1...(1 << 20)),
      maximumFormats: integer(
        "maximumFormats", of: members, at: place, unit: "formats", in: 1...65536))
  }
}
