import LoomBase
import LoomCompiler
import LoomConversion
import LoomHardware
import LoomNetwork
import LoomReport

/// The work of `fit`: one chip with its remedies, or all bundled chips.
struct FitJob {
  let subject: FitSubject
  let path: String
  let arguments: ParsedArguments
  let threads: Int
  let progress: Progress
  private let outlines = OutlineCache()

  init(
    subject: FitSubject, path: String, arguments: ParsedArguments, threads: Int, progress: Progress
  ) {
    self.subject = subject
    self.path = path
    self.arguments = arguments
    self.threads = threads
    self.progress = progress
  }

  /// One chip; where it does not fit, every remedy that was tried.
  func single() throws -> FitReport {
    let profile = try ProfileFlags.load(arguments)
    let measuring = try FitMeasuring.make(subject, arguments, path, progress)
    progress.stage("sizing on \(profile.name)")
    let answer = try subject.size(profile, outlines: outlines)
    var report = report([answer])
    guard !answer.sizing.fits, !arguments.has("--no-remedies") else { return report }
    progress.stage("trying remedies")
    let tried = try FitRemedies(
      subject: subject, profileName: arguments.text("--profile") ?? profile.name,
      overrides: arguments.all("--set"), profile: profile, answer: answer, outlines: outlines
    ).tried(threads: threads)
    report.remedies = try tried.map { remedy in
      let row = row(remedy)
      guard let measuring, remedy.sizing.fits else { return row }
      return try measuring.measured(remedy, as: row)
    }
    report.remarks += remarks(answer, isMeasured: measuring != nil, tried: report.remedies)
    return report
  }

  /// All bundled chips; one that knows no pointer of `--set` is left out, and said.
  func all() throws -> FitReport {
    let overrides = arguments.all("--set")
    for override in overrides { Console.note("· \(override) (assumed)") }
    var profiles: [Profile] = []
    var left: [String] = []
    for name in ProfileFile.bundledNames {
      do {
        profiles.append(try ProfileFile.load(name, overrides: overrides))
      } catch {
        guard !overrides.isEmpty else { throw error }
        left.append(name)
      }
    }
    if profiles.isEmpty {
      _ = try ProfileFile.load(ProfileFile.bundledNames[0], overrides: overrides)
    }
    progress.stage("sizing on \(profiles.count) chips")
    let answers = try mapConcurrently(count: profiles.count, threads: threads) {
      [subject, outlines, profiles] (index: Int) throws(DiagnosticsError) in
      try subject.size(profiles[index], outlines: outlines)
    }
    var report = report(answers)
    report.remarks += left.map { "\($0) left out: it has no number that --set names" }
    report.remarks.append("remedies are tried for one chip at a time: --profile NAME")
    return report
  }

  private func report(_ answers: [FitSubject.Answer]) -> FitReport {
    let outline = answers.first?.outline
    var findings: [Diagnostic] = []
    for finding in answers.flatMap({ $0.outline?.findings ?? [] }) where !findings.contains(finding)
    {
      findings.append(finding)
    }
    var remarks: [String] = []
    if let count = outline?.valuelessConstants, count > 0 {
      remarks.append("\(count) constants hold one number repeated: read as weights of either sign")
    }
    if outline != nil {
      remarks.append("sized without calibration: columns that depend on spikes are n/a")
    }
    return FitReport(
      model: Files.name(of: path), method: method(answers), refused: findings,
      macs: outline.map { $0.network.annLayers.reduce(0) { $0 + $1.macs } }, remarks: remarks,
      chips: answers.map { FitChip($0.sizing) }, remedies: [])
  }

  private func method(_ answers: [FitSubject.Answer]) -> String {
    if answers.first?.outline == nil { return "sized from the spiking network" }
    if answers.contains(where: { $0.outline?.detail == .coarse }) {
      return "sized from geometry (estimate: one interior tile a layer on chips it is large for)"
    }
    return "sized from geometry, cut as a compile would"
  }

  private func row(_ remedy: TriedRemedy) -> FitRemedy {
    var price = remedy.trial.price
    if !remedy.sizing.fits {
      let chip = FitChip(remedy.sizing)
      price = "still short by \(chip.shortBy)"
    } else if price.contains("accuracy") {
      price += " not measured: give --data and --labels"
    } else {
      price += "; latency and accuracy not measured: give --data and --labels"
    }
    return FitRemedy(
      name: remedy.trial.name, flags: remedy.trial.flags, fits: remedy.sizing.fits,
      cores: remedy.sizing.cores, chips: remedy.sizing.chips, price: price, measurement: nil)
  }

  private func remarks(
    _ answer: FitSubject.Answer, isMeasured: Bool, tried: [FitRemedy]
  ) -> [String] {
    var remarks: [String] = []
    if answer.outline?.detail == .coarse {
      remarks.append("other chips were not tried on a network this large: --profile all sizes them")
    }
    if case .spiking = subject, arguments.text("--data") != nil {
      remarks.append("remedies are measured for models (.onnx), not for converted networks")
    }
    if !tried.contains(where: \.fits) { remarks.append("no remedy that was tried makes it fit") }
    remarks.append("a larger or smaller T changes no size")
    return remarks
  }
}
