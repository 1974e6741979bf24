import LoomBase
import LoomCompiler
import LoomConversion
import LoomHardware
import LoomImport
import LoomNetwork
import LoomReport

/// `fit`: does a network fit a chip, and if not, by how much and what would help; without a compile.
enum FitCommand {
  static let command = Command(
    name: "fit", summary: "does it fit, what is short, what would help (no compile)",
    positionals: "MODEL|X.snn",
    options: ProfileFlags.options + ConversionFlags.options,
    run: run)

  private static func run(_ arguments: ParsedArguments) throws -> ExitStatus {
    let path = try arguments.positionals("MODEL")[0]
    let profile = try ProfileFlags.load(arguments)
    let progress = Progress()
    progress.stage("reading")
    let network = try ONNXImporter.network(path: path)
    let options = try ConversionFlags.read(arguments, preprocessing: Preprocessing(scale: 1), samplesAreBytes: true, forms: .suited(to: profile), defaultTimesteps: 64)
    progress.stage("outline")
    let outline = try Converter.outline(network, options: options)
    Console.report(outline.findings)
    progress.stage("size")
    let sizing = Sizer.size(outline.network, profile: profile)
    for l in sizing.layers { Console.print("\(l.name) \(l.shape) cores \(l.cores) tiles \(l.tiles) syn \(l.synapses) words \(l.words) in \(l.axonsIn) out \(l.axonsOut) \(l.isRefused)") }
    Console.report(sizing.violations.map(\.diagnostic))
    Console.print("\(sizing.cores) cores of \(sizing.availableCores), neurons \(sizing.neurons) syn \(sizing.synapses) \(sizing.bottleneck) \(sizing.isEstimate)")
    progress.stage("done")
    return .done
  }
}
