import Dispatch
import LoomBase
import LoomCompiler
import LoomHardware
import LoomImage
import LoomNetwork
import Synchronization
import Testing

@Suite("Mutated profiles")
struct ProfileFuzzTests {
  /// Mutants of one seed, all bundled profiles in turn.
  private static func mutants(_ count: Int, seed: UInt64, _ use: ([UInt8]) -> Bool) {
    let documents = ProfileFile.bundledNames.compactMap { name in
      (try? JSONText.decode(Array((ProfileFile.bundledText(name) ?? "").utf8))).map {
        (document: $0, places: ProfileMutator.places($0))
      }
    }
    var mutator = ProfileMutator(seed: seed)
    for index in 0..<count {
      let origin = documents[index % documents.count]
      guard use(mutator.mutant(of: origin.document, origin.places)) else { return }
    }
  }

  private static func decode(_ bytes: [UInt8]) -> Result<Profile, DiagnosticsError> {
    do throws(DiagnosticsError) {
      return .success(try ProfileFile.decode(bytes, name: "mutant"))
    } catch {
      return .failure(error)
    }
  }

  @Test("10,000 mutants of the bundled profiles are profiles or diagnostics, never traps")
  func decoding() {
    let accepted = Atomic<Int>(0)
    let refused = Atomic<Int>(0)
    DispatchQueue.concurrentPerform(iterations: 4) { part in
      Self.mutants(2500, seed: 100 + UInt64(part)) { bytes in
        switch Self.decode(bytes) {
        case .success(let profile):
          _ = TickWork.missing(profile)
          accepted.add(1, ordering: .relaxed)
        case .failure(let error):
          if !error.diagnostics.isEmpty { refused.add(1, ordering: .relaxed) }
        }
        return true
      }
    }
    let (good, bad) = (accepted.load(ordering: .relaxed), refused.load(ordering: .relaxed))
    #expect(good + bad == 10_000)
    #expect(good > 1000 && bad > 3000)
  }

  private static var tiny: SpikingNetwork {
    var builder = NetworkBuilder(
      seed: 5, input: MapShape(channels: 1, height: 4, width: 4), timesteps: 4)
    let stem = builder.hidden("stem", MapShape(channels: 2, height: 4, width: 4))
    builder.drive(stem, .convolution(.square(3, pad: 1)))
    let half = builder.hidden("half", MapShape(channels: 3, height: 2, width: 2))
    builder.connect(stem, half, .convolution(.square(2, stride: 2)))
    builder.connect(half, builder.readout("logits", 3), .dense)
    return builder.network
  }

  @Test("500 mutants that are profiles get a small network compiled or refused, never a trap")
  func compiling() {
    let network = Self.tiny
    var (tried, compiled) = (0, 0)
    Self.mutants(100_000, seed: 900) { bytes in
      guard let profile = try? ProfileFile.decode(bytes, name: "mutant") else { return true }
      tried += 1
      do {
        let fixed = try Quantizer.quantize(network, profile: profile).network
        let options = CompilerOptions(placementMoves: 100)
        let image = try Compiler.compile(fixed, profile: profile, options: options).image
        #expect(!image.cores.isEmpty)
        compiled += 1
      } catch let error as DiagnosticsError {
        #expect(!error.diagnostics.isEmpty)
      } catch {
        Issue.record("\(error)")
      }
      return tried < 500
    }
    #expect(tried == 500)
    #expect(compiled > 50)
  }
}
