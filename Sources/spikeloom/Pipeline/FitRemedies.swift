import LoomBase
import LoomCompiler
import LoomConversion
import LoomHardware
import LoomNetwork
import LoomReport

/// A change that might make a network fit.
struct FitTrial: Sendable {
  var name: String
  /// What to type.
  var flags: String
  /// The profile by name or path, and what is set on top.
  var profile: String
  var overrides: [String]
  var forms = FitSubject.Forms()
  /// What it costs that sizing alone knows.
  var price: String
}

/// A trial with its result.
struct TriedRemedy: Sendable {
  var trial: FitTrial
  var profile: Profile
  var sizing: ChipSizing
}

/// Thinks of remedies and tries each one by sizing it.
struct FitRemedies {
  let subject: FitSubject
  let profileName: String
  let overrides: [String]
  let profile: Profile
  let answer: FitSubject.Answer
  let outlines: OutlineCache

  private var sizing: ChipSizing { answer.sizing }
  private var isCoarse: Bool { answer.outline?.detail == .coarse }

  /// Every remedy, sized; in the order they are thought of.
  func tried(threads: Int) throws(DiagnosticsError) -> [TriedRemedy] {
    let trials = trials
    let results = try mapConcurrently(count: trials.count, threads: threads) {
      [subject, outlines] (index: Int) throws(DiagnosticsError) -> TriedRemedy? in
      let trial = trials[index]
      // An override that the profile has no room for is no remedy.
      guard
        let profile = try? ProfileFile.load(trial.profile, overrides: trial.overrides)
      else { return nil }
      let answer = try subject.size(profile, forms: trial.forms, outlines: outlines)
      return TriedRemedy(trial: trial, profile: profile, sizing: answer.sizing)
    }
    return results.compactMap(\.self).filter {
      $0.trial.profile == profileName || $0.sizing.fits
    }
  }

  private var trials: [FitTrial] {
    (moreChips + narrowerWeights + otherForms + otherProfiles)
  }

  /// As many chips as the cut takes, if cores are all that is short.
  private var moreChips: [FitTrial] {
    guard sizing.violations.allSatisfy({ $0.resource == "cores" }) else { return [] }
    let chips = sizing.chips
    let set = "/topology/maximumChips=\(chips)"
    return [
      FitTrial(
        name: "\(chips) chips", flags: "--set \(set)", profile: profileName,
        overrides: overrides + [set],
        price: "\(chips) chips instead of \(sizing.availableChips), static power with them")
    ]
  }

  /// Fewer bits a weight, where synapse memory is packed by them.
  private var narrowerWeights: [FitTrial] {
    guard case .packedEntries = profile.core.synapses else { return [] }
    let memory = ["cores", "words of synapse memory", "words in one axon's list"]
    guard sizing.violations.contains(where: { memory.contains($0.resource) }) else { return [] }
    let choices = isCoarse ? [4] : [6, 4]
    return choices.filter { $0 < profile.weight.bits }.map { bits in
      let set = "/weight/bits=\(bits)"
      return FitTrial(
        name: "\(bits)-bit weights", flags: "--set \(set)", profile: profileName,
        overrides: overrides + [set], price: "accuracy")
    }
  }

  /// Other forms of pooling and of the input.
  private var otherForms: [FitTrial] {
    guard case .trained(let network, let options) = subject, !isCoarse else { return [] }
    var trials: [FitTrial] = []
    if network.layers.contains(where: \.isAveragePooling) {
      for form in PoolingForm.allCases where form != options.pooling && form != .auto {
        trials.append(
          trial("average pooling: \(form.rawValue)", "--pooling \(form.rawValue)") {
            $0.pooling = form
          })
      }
    }
    if profile.neuron.comparatorSites > 0, network.layers.contains(where: \.isMaxPooling) {
      trials.append(
        trial("max pooling by pairs", "convert --max-pooling pairs, then the .snn") {
          $0.maxPool = .pairs
        })
    }
    if options.coding == .direct, !profile.neuron.analogInput {
      trials.append(trial("input neurons on the chip", "--coding rate") { $0.coding = .rate })
    }
    return trials
  }

  private func trial(
    _ name: String, _ flags: String, _ change: (inout FitSubject.Forms) -> Void
  ) -> FitTrial {
    var trial = FitTrial(
      name: name, flags: flags, profile: profileName, overrides: overrides, price: "accuracy")
    change(&trial.forms)
    return trial
  }

  /// The other chips, as they are; only those that fit are kept.
  private var otherProfiles: [FitTrial] {
    guard !isCoarse else { return [] }
    return ProfileFile.bundledNames.filter { $0 != profile.name }.map { name in
      FitTrial(
        name: "another chip", flags: "--profile \(name)", profile: name, overrides: [],
        price: "another chip's accuracy, latency and energy")
    }
  }
}

extension Layer {
  fileprivate var isAveragePooling: Bool {
    switch operation {
    case .averagePool, .globalAveragePool, .reduce(.mean, _, _): true
    default: false
    }
  }

  fileprivate var isMaxPooling: Bool {
    switch operation {
    case .maxPool, .globalMaxPool: true
    default: false
    }
  }
}
