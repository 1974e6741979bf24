public import LoomBase
import LoomEnergy
import LoomHardware

extension CalibrationReport {
  /// The report as JSON, schema `spikeloom.calibrate/1`.
  public var jsonValue: JSONValue {
    .object([
      "schema": .text("spikeloom.calibrate/1"), "measurements": .text(measurements.name),
      "source": .text(measurements.source),
      "profile": .object([
        "name": .text(profile.name), "sha256": .text(profile.digest.description),
      ]),
      "constants": .array(fits.flatMap { $0.fit.constants.map(constantJSON) }),
      "points": .array(
        fits.flatMap { quantity, fit in fit.residuals.map { pointJSON($0, quantity) } }),
      "errors": .object(
        Dictionary(
          uniqueKeysWithValues: fits.map { quantity, fit in
            (
              quantity,
              JSONValue.members([
                "rootMeanSquare": fit.rootMeanSquareError,
                "leaveOneOutRootMeanSquare": fit.leaveOneOutRootMeanSquareError,
              ])
            )
          })),
    ])
  }

  private func constantJSON(_ constant: CalibrationFit.Constant) -> JSONValue {
    .object([
      "pointer": .text(constant.pointer), "unit": .text(unit(constant.pointer)),
      "value": .number(constant.value),
      "standardError": constant.standardError.map { .number($0) } ?? .null,
      "range": range(constant).map {
        .array([.number($0.lowerBound), .number($0.upperBound)])
      } ?? .null,
      "before": profile.constant(at: constant.pointer).map { .number($0.value) } ?? .null,
      "atBound": .boolean(constant.isAtBound),
    ])
  }

  private func pointJSON(_ point: CalibrationFit.Residual, _ quantity: String) -> JSONValue {
    guard
      case .object(var members) = JSONValue.members([
        "measured": point.measured, "predicted": point.predicted,
        "residual": point.predicted - point.measured, "relativeError": point.relativeError,
        "leaveOneOutPredicted": point.leaveOneOut, "leaveOneOutError": point.leaveOneOutError,
      ])
    else { return .null }
    members["name"] = .text(point.name)
    members["quantity"] = .text(quantity)
    return .object(members)
  }

  /// The report as a person reads it.
  public var text: String {
    var sections = ["\(profile.name) fitted to \(measurements.name), least squares, none below 0"]
    for (quantity, fit) in fits {
      sections.append(constantsText(fit))
      sections.append(pointsText(fit, quantity))
    }
    return sections.joined(separator: "\n\n")
  }

  private func constantsText(_ fit: CalibrationFit) -> String {
    var table = TextTable(["Constant", "fitted", "standard error", "before", ""])
    for constant in fit.constants {
      let before = profile.constant(at: constant.pointer)
      table.add([
        constant.pointer, "\(ScaledUnits.number(constant.value)) \(unit(constant.pointer))",
        constant.standardError.map { ScaledUnits.number($0) } ?? "-",
        before.map { ScaledUnits.number($0.value) } ?? "-",
        constant.isAtBound ? "held at 0" : "",
      ])
    }
    let isExact = fit.residuals.count == fit.constants.count
    return table.render()
      + (isExact ? "\n  as many constants as points: no standard error, no range" : "")
  }

  private func pointsText(_ fit: CalibrationFit, _ quantity: String) -> String {
    var table = TextTable(["Point", "measured", "predicted", "error", "left out", "error"])
    func scaled(_ value: Double) -> String {
      quantity == "energy" ? ScaledUnits.energy(value) : ScaledUnits.time(value)
    }
    for point in fit.residuals {
      table.add([
        point.name, scaled(point.measured), scaled(point.predicted),
        ScaledUnits.optionalPercent(point.relativeError),
        point.leaveOneOut.map(scaled) ?? "-", ScaledUnits.optionalPercent(point.leaveOneOutError),
      ])
    }
    return table.render() + "\n  root of the mean squared error "
      + "\(ScaledUnits.optionalPercent(fit.rootMeanSquareError)), each point left out of its fit "
      + ScaledUnits.optionalPercent(fit.leaveOneOutRootMeanSquareError)
  }
}
