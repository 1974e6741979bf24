public import LoomBase
public import LoomHardware
import LoomNetwork

/// Whether a chip can run a neural code, before any work starts.
public enum CodeCheck {
  /// What a code needs and the chip does not have; empty if its networks can run.
  ///
  /// A chip that does not list the code gets one error that names the methods it can run. A chip that lists
  /// a window code must also have start steps, native soft reset, the comparison v ≥ θ and potential readout.
  public static func findings(code: SpikeCode, profile: Profile) -> [Diagnostic] {
    let neuron = profile.neuron
    guard neuron.codes.contains(code) || code == .rate else {
      return [
        Diagnostic(
          .error, "SL3014",
          "needs a chip that runs \(code.rawValue) codes, has \(list(neuron.codes)) on "
            + profile.name, at: .jsonPointer(file: profile.name, pointer: "/neuron/codes"),
          remedy:
            "choose a --method it can run (\(methods(neuron.codes))), or a profile that lists "
            + "the code")
      ]
    }
    guard code.isWindowed else { return [] }
    let needs: [(Bool, String, String, String)] = [
      (neuron.startStep, "populations with a start step", "/neuron/startStep", "none"),
      (neuron.softReset == .native, "native soft reset", "/neuron/softReset", "another"),
      (!neuron.firesOnGreaterOnly, "the comparison v ≥ θ", "/neuron/firesOnGreaterOnly", "v > θ"),
      (neuron.potentialReadout, "potentials to be read", "/neuron/potentialReadout", "spikes only"),
    ]
    return needs.filter { !$0.0 }.map { need in
      Diagnostic(
        .error, "SL3014", "needs \(need.1) for \(code.rawValue) codes, has \(need.3)",
        at: .jsonPointer(file: profile.name, pointer: need.2),
        remedy: "choose a --method of rate codes (\(methods([.rate])))")
    }
  }

  private static func list(_ codes: [SpikeCode]) -> String {
    codes.count == 1
      ? "\(codes[0].rawValue) only" : codes.map(\.rawValue).joined(separator: " and ")
  }

  /// The methods whose networks use one of the codes.
  private static func methods(_ codes: [SpikeCode]) -> String {
    SpikeCode.allCases.filter(codes.contains).map { code in
      switch code {
      case .rate: "threshold-balancing, calibrated, ttrbr, percentile, auto"
      case .bitSerial, .timeToFirstSpike: code.rawValue
      }
    }.joined(separator: ", ")
  }
}
