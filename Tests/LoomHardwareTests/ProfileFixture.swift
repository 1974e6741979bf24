/// A small profile document of our own, with a chip nobody built.
enum ProfileFixture {
  static func text(
    neurons: String = number("64", "neurons"), prices: String = defaultPrices, extra: String = ""
  ) -> String {
    """
    {"schema": "spikeloom.profile/1", "name": "tiny", "summary": "Two cores for tests.",\(extra)
     "synchronisation": "barrier",
     "topology": {"tileColumns": \(number("2", "tiles")), "tileRows": \(number("1", "tiles")),
       "coresPerTile": \(number("1", "cores")), "maximumChips": \(number("4", "chips")),
       "chipColumns": \(number("2", "chips"))},
     "core": {"neurons": \(neurons), "axonsIn": \(number("32", "axons")),
       "axonsOut": \(number("48", "entries")), "axonsOutOffChip": \(number("1", "entries")),
       "synapses": {"kind": "crossbar", "rows": \(number("16", "axons")),
         "columns": \(number("64", "columns")), "arrays": \(number("2", "arrays"))}},
     "neuron": {"potentialBits": \(number("20", "bit")), "firesOnGreaterOnly": true,
       "softReset": "native", "hardReset": false, "thresholdShift": \(number("0", "bit")),
       "thresholdMantissaBits": \(number("19", "bit")),
       "distinctThresholds": \(number("0", "thresholds")), "startStep": true,
       "perPopulationReset": false, "comparatorSites": \(number("4", "sites")),
       "potentialReadout": true, "analogInput": true},
     "weight": {"bits": \(number("8", "bit")), "minimumShift": \(number("0", "bit")),
       "maximumShift": \(number("6", "bit")), "shiftPerChannel": true},
     "bias": {"mantissaBits": \(number("0", "bit")), "maximumExponent": \(number("0", "bit"))},
     "delay": {"maximum": \(number("7", "steps"))},
     "prices": \(prices),
     "times": {"synapticOperation": \(number("2.5", "ns")),
       "barrierByTiles": [{"units": 1, "duration": \(number("10", "ns"))},
         {"units": 2, "duration": \(number("20", "ns"))}]}}
    """
  }

  static let defaultPrices = """
    {"synapticOperation": {"value": 2, "unit": "pJ", "source": "test bench", "method": "measured",
      "range": [1, 4]}}
    """

  static func number(_ value: String, _ unit: String) -> String {
    #"{"value": \#(value), "unit": "\#(unit)", "source": "data sheet", "method": "published"}"#
  }
}
