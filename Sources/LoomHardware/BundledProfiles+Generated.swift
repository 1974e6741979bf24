// swift-format-ignore-file
// Made by Scripts/generate-bundled.sh; change the originals and run it again.

/// Copies of files inside the program.
enum BundledProfiles {
  /// Name and text of each file.
  static let files: [(name: String, text: String)] = [
    ("crossbar-256", ##"""
{
  "$schema": "./profile.schema.json",
  "schema": "spikeloom.profile/1",
  "name": "crossbar-256",
  "summary": "A made-up chip: a mesh of cores that each join 16 digital crossbars of 256 x 256 8-bit cells; every price derived from published circuits",
  "notes": [
    "No such chip exists: structure is chosen, prices are arithmetic on published numbers of 22 to 45 nm circuits (mixed nodes, stated one by one).",
    "Check of the synaptic operation: ODIN 8.43 pJ (28 nm, marginal, 3-bit), Tianjic 1.54, PAICORE 2.0 0.19 (makers' figures).",
    "Codes are part of the definition of this made-up chip: each neuron has three 24-bit state words. Rate codes use one (v); bit-serial two, an accumulator A that doubles and the residual u (Datta et al. 2023); ttfs three, the slope A, its running sum V and the frozen u that a falling threshold meets. Doubling is a shift by one and needs no adder.",
    "The update of a neuron is priced for one state word (v read and written, threshold read); window codes touch one word a step while listening or emitting (ttfs two while listening: within the range of the price)."
  ],
  "synchronisation": "barrier",
  "topology": {
    "tileColumns": {"value": 16, "unit": "tiles", "method": "assumed",
      "source": "definition of this profile",
      "reason": "256 cores a chip in a square mesh"},
    "tileRows": {"value": 16, "unit": "tiles", "method": "assumed",
      "source": "definition of this profile",
      "reason": "256 cores a chip in a square mesh"},
    "coresPerTile": {"value": 1, "unit": "cores", "method": "assumed",
      "source": "definition of this profile",
      "reason": "one core at each router"},
    "maximumChips": {"value": 64, "unit": "chips", "method": "assumed",
      "source": "definition of this profile",
      "reason": "a board of 8 x 8 chips"},
    "chipColumns": {"value": 8, "unit": "chips", "method": "assumed",
      "source": "definition of this profile",
      "reason": "a board of 8 x 8 chips"}
  },
  "core": {
    "neurons": {"value": 256, "unit": "neurons", "method": "assumed",
      "source": "definition of this profile",
      "reason": "one for each column"},
    "axonsIn": {"value": 4096, "unit": "axons", "method": "assumed",
      "source": "definition of this profile",
      "reason": "16 arrays of 256 rows"},
    "axonsOut": {"value": 4096, "unit": "entries", "method": "assumed",
      "source": "definition of this profile",
      "reason": "16 destinations for each neuron on average"},
    "axonsOutOffChip": {"value": 0, "unit": "entries", "method": "assumed",
      "source": "definition of this profile",
      "reason": "destinations carry the chip's address"},
    "synapses": {
      "kind": "crossbar",
      "rows": {"value": 256, "unit": "axons", "method": "assumed",
        "source": "definition of this profile",
        "reason": "size of one array"},
      "columns": {"value": 256, "unit": "columns", "method": "assumed",
        "source": "definition of this profile",
        "reason": "size of one array"},
      "arrays": {"value": 16, "unit": "arrays", "method": "assumed",
        "source": "definition of this profile",
        "reason": "fan-in of 4,096"}
    }
  },
  "neuron": {
    "potentialBits": {"value": 24, "unit": "bit", "method": "assumed",
      "source": "definition of this profile",
      "reason": "wide enough for 4,096 inputs of 8 bits over many steps"},
    "firesOnGreaterOnly": false,
    "softReset": "native",
    "hardReset": true,
    "thresholdShift": {"value": 0, "unit": "bit", "method": "assumed",
      "source": "definition of this profile",
      "reason": "thresholds are plain integers"},
    "thresholdMantissaBits": {"value": 23, "unit": "bit", "method": "assumed",
      "source": "definition of this profile",
      "reason": "the positive half of the potential"},
    "distinctThresholds": {"value": 0, "unit": "thresholds", "method": "assumed",
      "source": "definition of this profile",
      "reason": "a threshold for each neuron"},
    "startStep": true,
    "perPopulationReset": true,
    "comparatorSites": {"value": 16, "unit": "sites", "method": "assumed",
      "source": "definition of this profile",
      "reason": "columns of one neuron that can be compared instead of added"},
    "potentialReadout": true,
    "analogInput": true,
    "codes": ["rate", "bit-serial", "ttfs"]
  },
  "weight": {
    "bits": {"value": 8, "unit": "bit", "method": "assumed",
      "source": "definition of this profile",
      "reason": "signed 8-bit cells"},
    "minimumShift": {"value": 0, "unit": "bit", "method": "assumed",
      "source": "definition of this profile",
      "reason": "shifter at each column"},
    "maximumShift": {"value": 14, "unit": "bit", "method": "assumed",
      "source": "definition of this profile",
      "reason": "shifter at each column"},
    "shiftPerChannel": true
  },
  "bias": {
    "mantissaBits": {"value": 0, "unit": "bit", "method": "assumed",
      "source": "definition of this profile",
      "reason": "any integer of the potential's width"},
    "maximumExponent": {"value": 0, "unit": "bit", "method": "assumed",
      "source": "definition of this profile",
      "reason": "no exponent"}
  },
  "delay": {
    "maximum": {"value": 15, "unit": "steps", "method": "assumed",
      "source": "definition of this profile",
      "reason": "a ring of 16 slots as in TrueNorth's scheduler (Akopyan et al. 2015)"}
  },
  "prices": {
    "synapticOperation": {"value": 0.476, "unit": "pJ", "method": "derived", "range": [0.406, 1.35],
      "source": "8 bits x SRAM row access 0.047 pJ/bit (Merolla et al., Science 345, 2014, supplement (28 nm; read in transcription)) = 0.376, + INT32 addition 0.1 (Horowitz, ISSCC 2014 (45 nm, 0.9 V)); high end: 8/64 of a 10 pJ read of 8 KB + 0.1"},
    "neuronUpdate": {"value": 3.584, "unit": "pJ", "method": "derived", "range": [1.892, 11.45],
      "source": "potential read and written, threshold read: 72 bits x SRAM row access 0.047 pJ/bit (Merolla et al., Science 345, 2014, supplement (28 nm; read in transcription)) = 3.384, + addition and comparison 2 x 0.1 (Horowitz, ISSCC 2014 (45 nm, 0.9 V)); low end: half; high end: 10 pJ per 64 bits (Horowitz, ISSCC 2014 (45 nm, 0.9 V), 8 KB)"},
    "neuronSpike": {"value": 3.108, "unit": "pJ", "method": "derived", "range": [1.604, 10.1],
      "source": "subtraction 0.1 (Horowitz, ISSCC 2014 (45 nm, 0.9 V)) + 64-bit routing entry x SRAM row access 0.047 pJ/bit (Merolla et al., Science 345, 2014, supplement (28 nm; read in transcription)) = 3.008; low end: half; high end: 10 pJ per 64 bits (Horowitz, ISSCC 2014 (45 nm, 0.9 V), 8 KB)"},
    "axonIn": {"value": 1.504, "unit": "pJ", "method": "derived", "range": [0.752, 5],
      "source": "32-bit packet decoded and stored: 32 x SRAM row access 0.047 pJ/bit (Merolla et al., Science 345, 2014, supplement (28 nm; read in transcription)); low end: half; high end: 10 pJ per 64 bits (Horowitz, ISSCC 2014 (45 nm, 0.9 V), 8 KB)"},
    "axonOut": {"value": 1.504, "unit": "pJ", "method": "derived", "range": [0.752, 5],
      "source": "32-bit packet assembled: 32 x SRAM row access 0.047 pJ/bit (Merolla et al., Science 345, 2014, supplement (28 nm; read in transcription)); low end: half; high end: 10 pJ per 64 bits (Horowitz, ISSCC 2014 (45 nm, 0.9 V), 8 KB)"},
    "hopEastWest": {"value": 2.3, "unit": "pJ", "method": "derived", "range": [2.3, 4.4],
      "source": "2.3 pJ per spike and core crossed (72 fJ/bit x 32 bits, Merolla et al., Science 345, 2014, supplement (28 nm; read in transcription))"},
    "hopNorthSouth": {"value": 2.3, "unit": "pJ", "method": "derived", "range": [2.3, 4.4],
      "source": "2.3 pJ per spike and core crossed (72 fJ/bit x 32 bits, Merolla et al., Science 345, 2014, supplement (28 nm; read in transcription)); high end: router of ISAAC, 4.4 pJ/flit"},
    "hopWithinTile": {"value": 2.3, "unit": "pJ", "method": "derived", "range": [0, 4.4],
      "source": "2.3 pJ per spike and core crossed (72 fJ/bit x 32 bits, Merolla et al., Science 345, 2014, supplement (28 nm; read in transcription)): one router crossed"},
    "hopBetweenChips": {"value": 832, "unit": "pJ", "method": "derived", "range": [400, 1700],
      "source": "32 bits x 26 pJ/bit chip to chip (Merolla et al., Science 345, 2014, supplement (28 nm; read in transcription))"},
    "arrayRead": {"value": 192.5, "unit": "pJ", "method": "derived", "range": [96.2, 640],
      "source": "256 column registers of 16 bits latched and cleared: 4,096 x SRAM row access 0.047 pJ/bit (Merolla et al., Science 345, 2014, supplement (28 nm; read in transcription)); low end: half; high end: 10 pJ per 64 bits (Horowitz, ISSCC 2014 (45 nm, 0.9 V), 8 KB)"},
    "columnAdd": {"value": 0.1, "unit": "pJ", "method": "derived", "range": [0.1, 0.2],
      "source": "INT32 addition (Horowitz, ISSCC 2014 (45 nm, 0.9 V)); the shift is wiring and multiplexers; high end: twice"},
    "barrier": {"value": 1173, "unit": "pJ", "method": "derived", "range": [587, 2346],
      "source": "two sweeps over the 255 links of a spanning tree x 2.3 pJ per spike and core crossed (72 fJ/bit x 32 bits, Merolla et al., Science 345, 2014, supplement (28 nm; read in transcription))"},
    "biasWrite": {"value": 858, "unit": "pJ", "method": "derived", "range": [430, 1750],
      "source": "one message from the host over the chip's edge 832 + 10.7 hops on average x 2.3 = 24.5 + a 32-bit register x 0.047 = 1.5"},
    "readout": {"value": 1714, "unit": "pJ", "method": "derived", "range": [860, 3500],
      "source": "request and reply: 2 x (832 + 24.5) + 24 bits x 0.047 = 1.1"},
    "hostSpike": {"value": 856.5, "unit": "pJ", "method": "derived", "range": [430, 1750],
      "source": "one message from the host over the chip's edge 832 + 10.7 hops on average x 2.3 = 24.5"},
    "hostMac": {"value": 3.2, "unit": "pJ", "method": "assumed", "range": [0.23, 30],
      "source": "Spikeloom",
      "reason": "the host is not described; an INT32 multiply-accumulate at 45 nm (Horowitz 2014, 3.1 + 0.1) without memory; low: INT8, high: with instruction and memory; microcontrollers in MLPerf Tiny spend up to 850 pJ all in"},
    "chipReset": {"value": 73924, "unit": "pJ", "method": "derived", "range": [36962, 245760],
      "source": "65,536 potentials of 24 bits written x SRAM row access 0.047 pJ/bit (Merolla et al., Science 345, 2014, supplement (28 nm; read in transcription)); low end: half; high end: 10 pJ per 64 bits (Horowitz, ISSCC 2014 (45 nm, 0.9 V), 8 KB)"},
    "staticPowerPerChip": {"value": 321.7, "unit": "mW", "method": "derived", "range": [199, 643],
      "source": "TrueNorth's 64.4 mW static (fit to Akopyan et al. 2015, Fig. 17: 0.8 V, 28 nm) for 430 Mbit, scaled to 2,147 Mbit of cells; low end: ODIN's 27.3 uW for 0.295 Mbit at 0.55 V; high end: twice"}
  },
  "times": {
    "synapticOperation": {"value": 0.0117, "unit": "ns", "method": "derived", "range": [0.0117, 3],
      "source": "a row of 256 cells a cycle; 333 MHz as Darwin3 (Ma et al., Natl Sci Rev nwae102, 2024; 22 nm): 3 ns a cycle / 256"},
    "neuronUpdate": {"value": 3, "unit": "ns", "method": "derived",
      "source": "333 MHz as Darwin3 (Ma et al., Natl Sci Rev nwae102, 2024; 22 nm): 3 ns a cycle, one neuron a cycle"},
    "neuronSpike": {"value": 3, "unit": "ns", "method": "derived",
      "source": "333 MHz as Darwin3 (Ma et al., Natl Sci Rev nwae102, 2024; 22 nm): 3 ns a cycle, one cycle more"},
    "axonIn": {"value": 3, "unit": "ns", "method": "derived",
      "source": "333 MHz as Darwin3 (Ma et al., Natl Sci Rev nwae102, 2024; 22 nm): 3 ns a cycle, one row opened a cycle"},
    "axonOut": {"value": 3, "unit": "ns", "method": "derived",
      "source": "333 MHz as Darwin3 (Ma et al., Natl Sci Rev nwae102, 2024; 22 nm): 3 ns a cycle, one packet a cycle"},
    "hopEastWest": {"value": 9, "unit": "ns", "method": "derived", "range": [3, 15],
      "source": "333 MHz as Darwin3 (Ma et al., Natl Sci Rev nwae102, 2024; 22 nm): 3 ns a cycle, two cycles of router and one of link"},
    "hopNorthSouth": {"value": 9, "unit": "ns", "method": "derived", "range": [3, 15],
      "source": "333 MHz as Darwin3 (Ma et al., Natl Sci Rev nwae102, 2024; 22 nm): 3 ns a cycle, two cycles of router and one of link"},
    "hopWithinTile": {"value": 6, "unit": "ns", "method": "derived", "range": [3, 9],
      "source": "333 MHz as Darwin3 (Ma et al., Natl Sci Rev nwae102, 2024; 22 nm): 3 ns a cycle, two cycles of router"},
    "hopBetweenChips": {"value": 100, "unit": "ns", "method": "assumed", "range": [20, 1000],
      "source": "Spikeloom",
      "reason": "pads and serialisation of a 32-bit packet; no design behind it"},
    "linkOccupancy": {"value": 3, "unit": "ns", "method": "derived",
      "source": "333 MHz as Darwin3 (Ma et al., Natl Sci Rev nwae102, 2024; 22 nm): 3 ns a cycle, one packet a cycle"},
    "chipLinkOccupancy": {"value": 20, "unit": "ns", "method": "assumed", "range": [5, 100],
      "source": "Spikeloom",
      "reason": "a packet each 20 ns is 1.6 Gbit/s; no design behind it"},
    "barrierByTiles": [
      {
        "units": 1,
        "duration": {"value": 6, "unit": "ns", "method": "derived",
          "source": "333 MHz as Darwin3 (Ma et al., Natl Sci Rev nwae102, 2024; 22 nm): 3 ns a cycle, there and back"}
      },
      {
        "units": 256,
        "duration": {"value": 540, "unit": "ns", "method": "derived",
          "source": "two sweeps over the 30 hops across the mesh x 9 ns"}
      }
    ],
    "barrierByChips": [
      {
        "units": 2,
        "duration": {"value": 1028, "unit": "ns", "method": "derived",
          "source": "two sweeps: 30 hops x 9 ns on the last chip, one chip crossed: 16 x 9 + 100 ns"}
      },
      {
        "units": 64,
        "duration": {"value": 7372, "unit": "ns", "method": "derived",
          "source": "two sweeps: 30 hops x 9 ns on the last chip, 14 chips crossed at 16 x 9 + 100 ns"}
      }
    ],
    "biasWrite": {"value": 20, "unit": "ns", "method": "derived", "range": [5, 100],
      "source": "one packet over the chip's edge (chipLinkOccupancy)"},
    "readout": {"value": 20, "unit": "ns", "method": "derived", "range": [5, 100],
      "source": "requests and replies pass each other; one packet over the chip's edge (chipLinkOccupancy)"},
    "reset": {"value": 768, "unit": "ns", "method": "derived",
      "source": "333 MHz as Darwin3 (Ma et al., Natl Sci Rev nwae102, 2024; 22 nm): 3 ns a cycle, 256 neurons of every core in parallel"}
  }
}

"""##),
    ("loihi1-davies", ##"""
{
  "$schema": "./profile.schema.json",
  "schema": "spikeloom.profile/1",
  "name": "loihi1-davies",
  "summary": "Intel Loihi 1 after Davies et al. 2018: one pre-silicon operating point, lower prices; static power and host added from elsewhere",
  "notes": [
    "Numbers were compiled from quote-level transcriptions where a source says so; paper PDFs were not opened.",
    "Nearer to measured energy than to measured step times; see loihi1-silicon-fit for those."
  ],
  "synchronisation": "barrier",
  "topology": {
    "tileColumns": {"value": 8, "unit": "tiles", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon; Davies et al. 2018 give groups of 4 cores in a mesh"},
    "tileRows": {"value": 4, "unit": "tiles", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon; Davies et al. 2018 give groups of 4 cores in a mesh"},
    "coresPerTile": {"value": 4, "unit": "cores", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018 (text, read in transcription): 128 cores in groups of 4"},
    "maximumChips": {"value": 64, "unit": "chips", "method": "published",
      "source": "Intel, Pohoiki Beach board, July 2019: 64 chips, 8 million neurons (recalled, not re-read); mesh addresses reach 16,384 chips (Davies et al. 2018)"},
    "chipColumns": {"value": 8, "unit": "chips", "method": "assumed", "range": [4, 16],
      "source": "Spikeloom",
      "reason": "the arrangement of chips on the board is not published; a square grid keeps routes short"}
  },
  "core": {
    "neurons": {"value": 1024, "unit": "neurons", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018 (text, read in transcription): compartments of one core"},
    "axonsIn": {"value": 4096, "unit": "axons", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py; NxTF, arXiv 2101.04261, and its compiler sources"},
    "axonsOut": {"value": 4096, "unit": "entries", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py; NxTF, arXiv 2101.04261, and its compiler sources"},
    "axonsOutOffChip": {"value": 1, "unit": "entries", "method": "published",
      "source": "NxTF, arXiv 2101.04261, and its compiler sources: one more entry for a destination on another chip"},
    "synapses": {
      "kind": "packedEntries",
      "memoryBits": {"value": 1048576, "unit": "bit", "method": "published",
        "source": "NxTF, arXiv 2101.04261, and its compiler sources: 16,384 words of 64 bits"},
      "wordBits": {"value": 64, "unit": "bit", "method": "published",
        "source": "NxTF, arXiv 2101.04261, and its compiler sources"},
      "prefixBits": {"value": 10, "unit": "bit", "method": "published",
        "source": "nengo/nengo-loihi, validation and block.py: 4 bits of format index and 6 of count"},
      "indexBits": {"value": 10, "unit": "bit", "method": "published",
        "source": "nengo/nengo-loihi, validation and block.py: 0 or 6 to 12 bits; 10 address 1,024 compartments"},
      "tagBits": {"value": 0, "unit": "bit", "method": "published",
        "source": "nengo/nengo-loihi, validation and block.py: tags serve learning only"},
      "maximumSynapsesPerEntry": {"value": 60, "unit": "synapses", "method": "published",
        "source": "NxTF, arXiv 2101.04261, and its compiler sources"},
      "maximumWordsPerAxon": {"value": 256, "unit": "words", "method": "published",
        "source": "NxTF, arXiv 2101.04261, and its compiler sources"},
      "maximumFormats": {"value": 15, "unit": "formats", "method": "published", "range": [7, 15],
        "source": "nengo/nengo-loihi, validation and block.py (16, index 0 reserved; its authors mark it unverified); NxTF uses at most 7"}
    }
  },
  "neuron": {
    "potentialBits": {"value": 24, "unit": "bit", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py discretize.py; lava-nc/lava, bit-accurate LIF model"},
    "firesOnGreaterOnly": true,
    "softReset": "secondCompartment",
    "hardReset": true,
    "thresholdShift": {"value": 6, "unit": "bit", "method": "published",
      "source": "lava-nc/lava, bit-accurate LIF model: threshold mantissa << 6"},
    "thresholdMantissaBits": {"value": 17, "unit": "bit", "method": "published",
      "source": "lava-nc/lava, bit-accurate LIF model"},
    "distinctThresholds": {"value": 16, "unit": "thresholds", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py hardware/validate.py (its authors mark it unverified)"},
    "startStep": false,
    "perPopulationReset": false,
    "comparatorSites": {"value": 0, "unit": "sites", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018 (text, read in transcription): no comparator compartments"},
    "potentialReadout": true,
    "analogInput": true
  },
  "weight": {
    "bits": {"value": 8, "unit": "bit", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py and lava-nc/lava weightutils.py: mixed-sign 8-bit weights are even, value = 2 m"},
    "minimumShift": {"value": 0, "unit": "bit", "method": "derived",
      "source": "lava-nc/lava weightutils.py: effective weight w * 2^(6 + e) with w = 2 m is m * 2^(7 + e); e from -7"},
    "maximumShift": {"value": 14, "unit": "bit", "method": "derived",
      "source": "lava-nc/lava weightutils.py: effective weight w * 2^(6 + e) with w = 2 m is m * 2^(7 + e); e to 7"},
    "shiftPerChannel": true
  },
  "bias": {
    "mantissaBits": {"value": 12, "unit": "bit", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py discretize.py: +-(2^12 - 1)"},
    "maximumExponent": {"value": 7, "unit": "bit", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py discretize.py"}
  },
  "delay": {
    "maximum": {"value": 62, "unit": "steps", "method": "published", "range": [8, 62],
      "source": "Davies et al., IEEE Micro 38(1), 2018 (text, read in transcription); nengo/nengo-loihi, validation and block.py (6-bit field; default 8 steps at 1,024 compartments)"}
  },
  "prices": {
    "synapticOperation": {"value": 23.6, "unit": "pJ", "method": "published", "range": [23.6, 35.5],
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper): minimum"},
    "neuronUpdate": {"value": 52, "unit": "pJ", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper): inactive"},
    "neuronSpike": {"value": 29, "unit": "pJ", "method": "derived",
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper): active 81 - inactive 52"},
    "axonIn": {"value": 0, "unit": "pJ", "method": "assumed", "range": [0, 30],
      "source": "Spikeloom",
      "reason": "not in Table 2; taken as part of the synaptic operation"},
    "axonOut": {"value": 0, "unit": "pJ", "method": "assumed", "range": [0, 111],
      "source": "Spikeloom",
      "reason": "not in Table 2; taken as part of the synaptic operation and hops; high: SANA-FE"},
    "hopEastWest": {"value": 3.0, "unit": "pJ", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper)"},
    "hopNorthSouth": {"value": 4.0, "unit": "pJ", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper)"},
    "hopWithinTile": {"value": 1.7, "unit": "pJ", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper)"},
    "hopBetweenChips": {"value": 832, "unit": "pJ", "method": "assumed", "range": [100, 3000],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi's chip-to-chip links; 26 pJ/bit (TrueNorth, Merolla et al. 2014 supplement) x 32 bits"},
    "barrier": {"value": 652, "unit": "pJ", "method": "assumed", "range": [0, 6500],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; two sweeps over 31 tile hops at 3.5 pJ and two messages within the tile of each of 128 cores at 1.7 pJ (Davies et al. 2018): 217 + 435"},
    "biasWrite": {"value": 100, "unit": "pJ", "method": "assumed", "range": [20, 2000],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; a word over about 4 hops (14 pJ), one register-file access (10 pJ), the rest for the embedded processor's instructions"},
    "readout": {"value": 150, "unit": "pJ", "method": "assumed", "range": [30, 3000],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; as a bias write with a reply"},
    "hostSpike": {"value": 100, "unit": "pJ", "method": "assumed", "range": [20, 2000],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; a message of the embedded processor costs what a bias write costs"},
    "hostMac": {"value": 3.2, "unit": "pJ", "method": "assumed", "range": [0.23, 30],
      "source": "Spikeloom",
      "reason": "the host is not described; an INT32 multiply-accumulate at 45 nm (Horowitz 2014, 3.1 + 0.1) without memory; low: INT8, high: with instruction and memory; microcontrollers in MLPerf Tiny spend up to 850 pJ all in"},
    "chipReset": {"value": 5940000, "unit": "pJ", "method": "published",
      "source": "Frady et al., arXiv 2004.12691, 2020 (read in transcription): chip state reset 5.94 uJ"},
    "staticPowerPerChip": {"value": 104, "unit": "mW", "method": "published",
      "source": "Frady et al., arXiv 2004.12691, 2020 (read in transcription): 3.34 W for 32 chips; at most 0.816 mW a core"}
  },
  "times": {
    "synapticOperation": {"value": 3.5, "unit": "ns", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper): maximum"},
    "neuronUpdate": {"value": 5.3, "unit": "ns", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper): inactive"},
    "neuronSpike": {"value": 3.1, "unit": "ns", "method": "derived",
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper): active 8.4 - inactive 5.3"},
    "axonIn": {"value": 0, "unit": "ns", "method": "assumed", "range": [0, 16],
      "source": "Spikeloom",
      "reason": "not in Table 2; taken as part of the synaptic operation; high: SANA-FE"},
    "axonOut": {"value": 0, "unit": "ns", "method": "assumed", "range": [0, 5.1],
      "source": "Spikeloom",
      "reason": "not in Table 2; high: SANA-FE"},
    "hopEastWest": {"value": 4.1, "unit": "ns", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper)"},
    "hopNorthSouth": {"value": 6.5, "unit": "ns", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper)"},
    "hopWithinTile": {"value": 2.1, "unit": "ns", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper)"},
    "hopBetweenChips": {"value": 100, "unit": "ns", "method": "assumed", "range": [20, 1000],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi's chip-to-chip links; pads and serialisation of a word"},
    "linkOccupancy": {"value": 0.291, "unit": "ns", "method": "derived", "range": [0.291, 6.5],
      "source": "Davies et al. 2018: peak of 3.44 Gspike/s per tile, so one message each 1/3.44 ns"},
    "chipLinkOccupancy": {"value": 20, "unit": "ns", "method": "assumed", "range": [5, 100],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi's chip-to-chip links; a word each 20 ns is 50 M messages a second"},
    "barrierByTiles": [
      {
        "units": 1,
        "duration": {"value": 113, "unit": "ns", "method": "published",
          "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper)"}
      },
      {
        "units": 32,
        "duration": {"value": 465, "unit": "ns", "method": "published",
          "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper)"}
      }
    ],
    "barrierByChips": [
      {
        "units": 2,
        "duration": {"value": 1929, "unit": "ns", "method": "assumed", "range": [1800, 5800],
          "source": "Spikeloom",
          "reason": "between 1.8 us on one chip (SANA-FE) and 5.8 us on 32 chips, linear in chips: 1800 + 4000/31"}
      },
      {
        "units": 32,
        "duration": {"value": 5800, "unit": "ns", "method": "assumed", "range": [1800, 13000],
          "source": "Spikeloom",
          "reason": "Frady et al. 2020 report whole steps of 5.8 us on 32 chips, 13 us in another mode: an upper bound of the barrier, taken for it"}
      },
      {
        "units": 256,
        "duration": {"value": 14300, "unit": "ns", "method": "published",
          "source": "Frady et al., arXiv 2004.12691, 2020 (read in transcription): barrier of 256 chips"}
      },
      {
        "units": 768,
        "duration": {"value": 16200, "unit": "ns", "method": "published",
          "source": "Frady et al., arXiv 2004.12691, 2020 (read in transcription): barrier of 768 chips"}
      }
    ],
    "biasWrite": {"value": 20, "unit": "ns", "method": "assumed", "range": [5, 200],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; about the 16 ns a core takes for an incoming message (SANA-FE)"},
    "readout": {"value": 40, "unit": "ns", "method": "assumed", "range": [10, 400],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; request and reply"},
    "reset": {"value": 5400, "unit": "ns", "method": "assumed", "range": [1000, 50000],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; all cores at once, 5.3 ns (Davies et al. 2018, inactive update) for each of 1,024 compartments"}
  }
}

"""##),
    ("loihi1-silicon-fit", ##"""
{
  "$schema": "./profile.schema.json",
  "schema": "spikeloom.profile/1",
  "name": "loihi1-silicon-fit",
  "summary": "Intel Loihi 1 after the constants SANA-FE fitted to silicon: nearly all higher than Davies et al. 2018; static power and host added from elsewhere",
  "notes": [
    "The file cited credits Davies et al. 2018, but only its hop figures match: the rest is a fit by its authors.",
    "Static power is absent there and taken from Frady et al. 2020."
  ],
  "synchronisation": "barrier",
  "topology": {
    "tileColumns": {"value": 8, "unit": "tiles", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon; Davies et al. 2018 give groups of 4 cores in a mesh"},
    "tileRows": {"value": 4, "unit": "tiles", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon; Davies et al. 2018 give groups of 4 cores in a mesh"},
    "coresPerTile": {"value": 4, "unit": "cores", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018 (text, read in transcription): 128 cores in groups of 4"},
    "maximumChips": {"value": 64, "unit": "chips", "method": "published",
      "source": "Intel, Pohoiki Beach board, July 2019: 64 chips, 8 million neurons (recalled, not re-read); mesh addresses reach 16,384 chips (Davies et al. 2018)"},
    "chipColumns": {"value": 8, "unit": "chips", "method": "assumed", "range": [4, 16],
      "source": "Spikeloom",
      "reason": "the arrangement of chips on the board is not published; a square grid keeps routes short"}
  },
  "core": {
    "neurons": {"value": 1024, "unit": "neurons", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018 (text, read in transcription): compartments of one core"},
    "axonsIn": {"value": 4096, "unit": "axons", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py; NxTF, arXiv 2101.04261, and its compiler sources"},
    "axonsOut": {"value": 4096, "unit": "entries", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py; NxTF, arXiv 2101.04261, and its compiler sources"},
    "axonsOutOffChip": {"value": 1, "unit": "entries", "method": "published",
      "source": "NxTF, arXiv 2101.04261, and its compiler sources: one more entry for a destination on another chip"},
    "synapses": {
      "kind": "packedEntries",
      "memoryBits": {"value": 1048576, "unit": "bit", "method": "published",
        "source": "NxTF, arXiv 2101.04261, and its compiler sources: 16,384 words of 64 bits"},
      "wordBits": {"value": 64, "unit": "bit", "method": "published",
        "source": "NxTF, arXiv 2101.04261, and its compiler sources"},
      "prefixBits": {"value": 10, "unit": "bit", "method": "published",
        "source": "nengo/nengo-loihi, validation and block.py: 4 bits of format index and 6 of count"},
      "indexBits": {"value": 10, "unit": "bit", "method": "published",
        "source": "nengo/nengo-loihi, validation and block.py: 0 or 6 to 12 bits; 10 address 1,024 compartments"},
      "tagBits": {"value": 0, "unit": "bit", "method": "published",
        "source": "nengo/nengo-loihi, validation and block.py: tags serve learning only"},
      "maximumSynapsesPerEntry": {"value": 60, "unit": "synapses", "method": "published",
        "source": "NxTF, arXiv 2101.04261, and its compiler sources"},
      "maximumWordsPerAxon": {"value": 256, "unit": "words", "method": "published",
        "source": "NxTF, arXiv 2101.04261, and its compiler sources"},
      "maximumFormats": {"value": 15, "unit": "formats", "method": "published", "range": [7, 15],
        "source": "nengo/nengo-loihi, validation and block.py (16, index 0 reserved; its authors mark it unverified); NxTF uses at most 7"}
    }
  },
  "neuron": {
    "potentialBits": {"value": 24, "unit": "bit", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py discretize.py; lava-nc/lava, bit-accurate LIF model"},
    "firesOnGreaterOnly": true,
    "softReset": "secondCompartment",
    "hardReset": true,
    "thresholdShift": {"value": 6, "unit": "bit", "method": "published",
      "source": "lava-nc/lava, bit-accurate LIF model: threshold mantissa << 6"},
    "thresholdMantissaBits": {"value": 17, "unit": "bit", "method": "published",
      "source": "lava-nc/lava, bit-accurate LIF model"},
    "distinctThresholds": {"value": 16, "unit": "thresholds", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py hardware/validate.py (its authors mark it unverified)"},
    "startStep": false,
    "perPopulationReset": false,
    "comparatorSites": {"value": 0, "unit": "sites", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018 (text, read in transcription): no comparator compartments"},
    "potentialReadout": true,
    "analogInput": true
  },
  "weight": {
    "bits": {"value": 8, "unit": "bit", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py and lava-nc/lava weightutils.py: mixed-sign 8-bit weights are even, value = 2 m"},
    "minimumShift": {"value": 0, "unit": "bit", "method": "derived",
      "source": "lava-nc/lava weightutils.py: effective weight w * 2^(6 + e) with w = 2 m is m * 2^(7 + e); e from -7"},
    "maximumShift": {"value": 14, "unit": "bit", "method": "derived",
      "source": "lava-nc/lava weightutils.py: effective weight w * 2^(6 + e) with w = 2 m is m * 2^(7 + e); e to 7"},
    "shiftPerChannel": true
  },
  "bias": {
    "mantissaBits": {"value": 12, "unit": "bit", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py discretize.py: +-(2^12 - 1)"},
    "maximumExponent": {"value": 7, "unit": "bit", "method": "published",
      "source": "nengo/nengo-loihi, validation and block.py discretize.py"}
  },
  "delay": {
    "maximum": {"value": 62, "unit": "steps", "method": "published", "range": [8, 62],
      "source": "Davies et al., IEEE Micro 38(1), 2018 (text, read in transcription); nengo/nengo-loihi, validation and block.py (6-bit field; default 8 steps at 1,024 compartments)"}
  },
  "prices": {
    "synapticOperation": {"value": 35.5, "unit": "pJ", "method": "published", "range": [24.0, 35.5],
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: dense entries, chosen for all; sparse 33.6, convolutional 24.0"},
    "neuronUpdate": {"value": 72.8, "unit": "pJ", "method": "derived",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: soma access 51.2 + soma update 21.6"},
    "neuronSpike": {"value": 69.3, "unit": "pJ", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: soma spike, added"},
    "axonIn": {"value": 0, "unit": "pJ", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: nothing per message"},
    "axonOut": {"value": 111, "unit": "pJ", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: per message"},
    "hopEastWest": {"value": 3.0, "unit": "pJ", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon"},
    "hopNorthSouth": {"value": 4.2, "unit": "pJ", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon"},
    "hopWithinTile": {"value": 1.7, "unit": "pJ", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper)"},
    "hopBetweenChips": {"value": 832, "unit": "pJ", "method": "assumed", "range": [100, 3000],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi's chip-to-chip links; 26 pJ/bit (TrueNorth, Merolla et al. 2014 supplement) x 32 bits"},
    "barrier": {"value": 652, "unit": "pJ", "method": "assumed", "range": [0, 6500],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; two sweeps over 31 tile hops at 3.5 pJ and two messages within the tile of each of 128 cores at 1.7 pJ (Davies et al. 2018): 217 + 435"},
    "biasWrite": {"value": 100, "unit": "pJ", "method": "assumed", "range": [20, 2000],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; a word over about 4 hops (14 pJ), one register-file access (10 pJ), the rest for the embedded processor's instructions"},
    "readout": {"value": 150, "unit": "pJ", "method": "assumed", "range": [30, 3000],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; as a bias write with a reply"},
    "hostSpike": {"value": 100, "unit": "pJ", "method": "assumed", "range": [20, 2000],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; a message of the embedded processor costs what a bias write costs"},
    "hostMac": {"value": 3.2, "unit": "pJ", "method": "assumed", "range": [0.23, 30],
      "source": "Spikeloom",
      "reason": "the host is not described; an INT32 multiply-accumulate at 45 nm (Horowitz 2014, 3.1 + 0.1) without memory; low: INT8, high: with instruction and memory; microcontrollers in MLPerf Tiny spend up to 850 pJ all in"},
    "chipReset": {"value": 5940000, "unit": "pJ", "method": "published",
      "source": "Frady et al., arXiv 2004.12691, 2020 (read in transcription): chip state reset 5.94 uJ"},
    "staticPowerPerChip": {"value": 104, "unit": "mW", "method": "published",
      "source": "Frady et al., arXiv 2004.12691, 2020 (read in transcription): 3.34 W for 32 chips; at most 0.816 mW a core"}
  },
  "times": {
    "synapticOperation": {"value": 3.8, "unit": "ns", "method": "published", "range": [3.1, 4.7],
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: dense entries, chosen for all; sparse 4.7, convolutional 3.1"},
    "neuronUpdate": {"value": 9.7, "unit": "ns", "method": "derived",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: soma access 6.0 + soma update 3.7"},
    "neuronSpike": {"value": 30, "unit": "ns", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: soma spike, added"},
    "axonIn": {"value": 16, "unit": "ns", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: per message"},
    "axonOut": {"value": 5.1, "unit": "ns", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: per message"},
    "hopEastWest": {"value": 4.1, "unit": "ns", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon"},
    "hopNorthSouth": {"value": 6.5, "unit": "ns", "method": "published",
      "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon"},
    "hopWithinTile": {"value": 2.1, "unit": "ns", "method": "published",
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2 (0.75 V, pre-silicon; read in two agreeing transcriptions, not in the paper)"},
    "hopBetweenChips": {"value": 100, "unit": "ns", "method": "assumed", "range": [20, 1000],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi's chip-to-chip links; pads and serialisation of a word"},
    "linkOccupancy": {"value": 0.291, "unit": "ns", "method": "derived", "range": [0.291, 6.5],
      "source": "Davies et al. 2018: peak of 3.44 Gspike/s per tile, so one message each 1/3.44 ns"},
    "chipLinkOccupancy": {"value": 20, "unit": "ns", "method": "assumed", "range": [5, 100],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi's chip-to-chip links; a word each 20 ns is 50 M messages a second"},
    "barrierByTiles": [
      {
        "units": 1,
        "duration": {"value": 600, "unit": "ns", "method": "published",
          "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: barrier by tiles in use; linear in between"}
      },
      {
        "units": 2,
        "duration": {"value": 1000, "unit": "ns", "method": "published",
          "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: barrier by tiles in use; linear in between"}
      },
      {
        "units": 4,
        "duration": {"value": 1400, "unit": "ns", "method": "published",
          "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: barrier by tiles in use; linear in between"}
      },
      {
        "units": 29,
        "duration": {"value": 1800, "unit": "ns", "method": "published",
          "source": "SLAM-Lab/SANA-FE arch/loihi.yaml at 8951ab0 (2026-05-28), a fit to silicon: barrier by tiles in use; linear in between"}
      }
    ],
    "barrierByChips": [
      {
        "units": 2,
        "duration": {"value": 1929, "unit": "ns", "method": "assumed", "range": [1800, 5800],
          "source": "Spikeloom",
          "reason": "between 1.8 us on one chip (SANA-FE) and 5.8 us on 32 chips, linear in chips: 1800 + 4000/31"}
      },
      {
        "units": 32,
        "duration": {"value": 5800, "unit": "ns", "method": "assumed", "range": [1800, 13000],
          "source": "Spikeloom",
          "reason": "Frady et al. 2020 report whole steps of 5.8 us on 32 chips, 13 us in another mode: an upper bound of the barrier, taken for it"}
      },
      {
        "units": 256,
        "duration": {"value": 14300, "unit": "ns", "method": "published",
          "source": "Frady et al., arXiv 2004.12691, 2020 (read in transcription): barrier of 256 chips"}
      },
      {
        "units": 768,
        "duration": {"value": 16200, "unit": "ns", "method": "published",
          "source": "Frady et al., arXiv 2004.12691, 2020 (read in transcription): barrier of 768 chips"}
      }
    ],
    "biasWrite": {"value": 20, "unit": "ns", "method": "assumed", "range": [5, 200],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; about the 16 ns a core takes for an incoming message (SANA-FE)"},
    "readout": {"value": 40, "unit": "ns", "method": "assumed", "range": [10, 400],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; request and reply"},
    "reset": {"value": 5400, "unit": "ns", "method": "assumed", "range": [1000, 50000],
      "source": "Spikeloom",
      "reason": "No figure published for Loihi; all cores at once, 5.3 ns (Davies et al. 2018, inactive update) for each of 1,024 compartments"}
  }
}

"""##),
    ("loihi2", ##"""
{
  "$schema": "./profile.schema.json",
  "schema": "spikeloom.profile/1",
  "name": "loihi2",
  "summary": "Intel Loihi 2: neurons are programs, so all codes run; capacities published, memory formats and times assumed after Loihi 1; no price per operation is published, so no energy can be computed",
  "notes": [
    "No energy per operation of Loihi 2 is public: its prices are left out, not guessed, and whatever needs one is refused with its JSON pointer. Set them with --set to ask what-if questions.",
    "Soft reset, the comparison v >= threshold, start steps and resets by population are instructions of the neuron's program (programmable neurons: Intel's brief of 2021); that they cost nothing beyond an update is assumed. perPopulationReset is assumed because a program that knows its start step can clear its own state there.",
    "Window codes need more state words a neuron: bit-serial an accumulator and a residual, ttfs a slope, an accumulator and a frozen sum. They come out of the memory that neurons and synapses share; 8,192 neurons a core leave 8 bytes each of the 64 KB set aside here.",
    "Graded spikes of up to 32 bits exist on this chip and are not used: every spike of an image is one bit.",
    "Times are Loihi 1's (Davies et al. 2018) over the factors of Intel's brief: spike generation 10, synaptic operations 5, neuron update 2. A whole chip cannot step in less than 200 ns by that brief; 1,164 ns is the shortest step measured through Lava."
  ],
  "synchronisation": "barrier",
  "topology": {
    "tileColumns": {"value": 8, "unit": "tiles", "method": "assumed", "range": [4, 16],
      "source": "Spikeloom",
      "reason": "128 cores are published, their mesh is not: as Loihi 1, 8 x 4 tiles of 4 cores"},
    "tileRows": {"value": 4, "unit": "tiles", "method": "assumed", "range": [2, 16],
      "source": "Spikeloom",
      "reason": "128 cores are published, their mesh is not: as Loihi 1, 8 x 4 tiles of 4 cores"},
    "coresPerTile": {"value": 4, "unit": "cores", "method": "assumed", "range": [1, 8],
      "source": "Spikeloom",
      "reason": "128 cores are published, their mesh is not: as Loihi 1, 8 x 4 tiles of 4 cores"},
    "maximumChips": {"value": 1152, "unit": "chips", "method": "published",
      "source": "Intel, Hala Point system, April 2024: 1,152 Loihi 2 chips (recalled, not re-read)"},
    "chipColumns": {"value": 32, "unit": "chips", "method": "assumed", "range": [8, 48],
      "source": "Spikeloom",
      "reason": "the arrangement of chips is not published (links also stack in three dimensions); a nearly square grid keeps routes short"}
  },
  "core": {
    "neurons": {"value": 8192, "unit": "neurons", "method": "published", "range": [1024, 8192],
      "source": "Intel, Loihi 2 technology brief, 2021 (read in transcription): up to 1 M neurons on 128 cores; fewer where a neuron takes more state words"},
    "axonsIn": {"value": 4096, "unit": "axons", "method": "assumed", "range": [4096, 16384],
      "source": "Spikeloom",
      "reason": "not published for Loihi 2; Loihi 1's limit (nengo/nengo-loihi)"},
    "axonsOut": {"value": 8192, "unit": "entries", "method": "assumed", "range": [4096, 32768],
      "source": "Spikeloom",
      "reason": "not published for Loihi 2; one for each neuron, where Loihi 1 has four"},
    "axonsOutOffChip": {"value": 1, "unit": "entries", "method": "assumed", "range": [0, 1],
      "source": "Spikeloom",
      "reason": "not published for Loihi 2; as Loihi 1 (NxTF, arXiv 2101.04261)"},
    "synapses": {
      "kind": "packedEntries",
      "memoryBits": {"value": 1048576, "unit": "bit", "method": "assumed", "range": [524288, 1572864],
        "source": "Spikeloom",
        "reason": "about 192 KB a core are shared by neurons, synapses and tables (recalled, not re-read): 128 KB for synapses, as Loihi 1, 64 KB for the rest"},
      "wordBits": {"value": 64, "unit": "bit", "method": "assumed", "range": [32, 128],
        "source": "Spikeloom",
        "reason": "entry format not published for Loihi 2; as Loihi 1 (NxTF, arXiv 2101.04261)"},
      "prefixBits": {"value": 10, "unit": "bit", "method": "assumed", "range": [10, 32],
        "source": "Spikeloom",
        "reason": "entry format not published for Loihi 2; as Loihi 1 (nengo/nengo-loihi)"},
      "indexBits": {"value": 13, "unit": "bit", "method": "derived",
        "source": "13 bits address the 8,192 neurons of a core (Intel, Loihi 2 technology brief, 2021)"},
      "tagBits": {"value": 0, "unit": "bit", "method": "assumed", "range": [0, 4],
        "source": "Spikeloom",
        "reason": "tags serve learning only on Loihi 1"},
      "maximumSynapsesPerEntry": {"value": 60, "unit": "synapses", "method": "assumed", "range": [60, 255],
        "source": "Spikeloom",
        "reason": "entry format not published for Loihi 2; as Loihi 1 (NxTF, arXiv 2101.04261)"},
      "maximumWordsPerAxon": {"value": 2048, "unit": "words", "method": "assumed", "range": [256, 4096],
        "source": "Spikeloom",
        "reason": "entry format not published for Loihi 2; Loihi 1's 256 words for 1,024 neurons, times 8 for 8,192"},
      "maximumFormats": {"value": 15, "unit": "formats", "method": "assumed", "range": [7, 15],
        "source": "Spikeloom",
        "reason": "entry format not published for Loihi 2; as Loihi 1 (nengo/nengo-loihi, marked unverified by its authors)"}
    }
  },
  "neuron": {
    "potentialBits": {"value": 24, "unit": "bit", "method": "published",
      "source": "lava-nc/lava, bit-accurate models: 24-bit signed state"},
    "firesOnGreaterOnly": false,
    "softReset": "native",
    "hardReset": true,
    "thresholdShift": {"value": 0, "unit": "bit", "method": "assumed",
      "source": "Spikeloom",
      "reason": "a neuron's program compares state words: any integer"},
    "thresholdMantissaBits": {"value": 23, "unit": "bit", "method": "assumed",
      "source": "Spikeloom",
      "reason": "a neuron's program compares state words: the positive half of 24 bits"},
    "distinctThresholds": {"value": 0, "unit": "thresholds", "method": "assumed",
      "source": "Spikeloom",
      "reason": "a neuron's program can keep its threshold among its state words: any number"},
    "startStep": true,
    "perPopulationReset": true,
    "comparatorSites": {"value": 0, "unit": "sites", "method": "assumed",
      "source": "Spikeloom",
      "reason": "a program gets one accumulated input a step; several to compare are not documented"},
    "potentialReadout": true,
    "analogInput": true,
    "codes": ["rate", "bit-serial", "ttfs"]
  },
  "weight": {
    "bits": {"value": 8, "unit": "bit", "method": "published",
      "source": "lava-nc/lava, fixed-point weights: at most 8 bits; Intel, Loihi 2 technology brief, 2021"},
    "minimumShift": {"value": 0, "unit": "bit", "method": "derived",
      "source": "lava-nc/lava weightutils.py: effective weight w * 2^(6 + e) with w = 2 m is m * 2^(7 + e); e from -7"},
    "maximumShift": {"value": 14, "unit": "bit", "method": "derived",
      "source": "lava-nc/lava weightutils.py: effective weight w * 2^(6 + e) with w = 2 m is m * 2^(7 + e); e to 7"},
    "shiftPerChannel": true
  },
  "bias": {
    "mantissaBits": {"value": 0, "unit": "bit", "method": "assumed",
      "source": "Spikeloom",
      "reason": "a state word of the neuron's program: any integer of the potential's width"},
    "maximumExponent": {"value": 0, "unit": "bit", "method": "assumed",
      "source": "Spikeloom",
      "reason": "no exponent: a state word"}
  },
  "delay": {
    "maximum": {"value": 62, "unit": "steps", "method": "assumed", "range": [8, 62],
      "source": "Spikeloom",
      "reason": "not published for Loihi 2; Loihi 1's 6-bit field (Davies et al. 2018; nengo/nengo-loihi)"}
  },
  "prices": {
    "unpublished": "nobody has published what one event costs on Loihi 2; public are total and static power of small runs",
    "staticPowerPerChip": {"value": 213, "unit": "mW", "method": "measured", "range": [213, 580],
      "source": "NECOTIS/TemporalLearningInRSNNs, measured through Lava on one chip: 0.213 W static; high end: least total power of another measurement (OzU-CAST/LoihiScalingEfficiency)"}
  },
  "times": {
    "synapticOperation": {"value": 0.7, "unit": "ns", "method": "derived", "range": [0.7, 3.5],
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2: 3.5 / 5 (Intel, Loihi 2 technology brief, 2021)"},
    "neuronUpdate": {"value": 2.65, "unit": "ns", "method": "derived", "range": [2.65, 8.4],
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2: inactive 5.3 / 2 (Intel, Loihi 2 technology brief, 2021); longer programs take longer"},
    "neuronSpike": {"value": 0.31, "unit": "ns", "method": "derived", "range": [0.31, 3.1],
      "source": "Davies et al., IEEE Micro 38(1), 2018, Table 2: (active 8.4 - inactive 5.3) / 10 (Intel, Loihi 2 technology brief, 2021)"},
    "axonIn": {"value": 1.6, "unit": "ns", "method": "assumed", "range": [0, 16],
      "source": "Spikeloom",
      "reason": "no figure published for Loihi 2; SANA-FE's 16 ns of Loihi 1 / 10"},
    "axonOut": {"value": 0.51, "unit": "ns", "method": "assumed", "range": [0, 5.1],
      "source": "Spikeloom",
      "reason": "no figure published for Loihi 2; SANA-FE's 5.1 ns of Loihi 1 / 10"},
    "hopEastWest": {"value": 4.1, "unit": "ns", "method": "assumed", "range": [0.41, 4.1],
      "source": "Spikeloom",
      "reason": "no figure published for Loihi 2; as Loihi 1 (Davies et al. 2018, Table 2)"},
    "hopNorthSouth": {"value": 6.5, "unit": "ns", "method": "assumed", "range": [0.65, 6.5],
      "source": "Spikeloom",
      "reason": "no figure published for Loihi 2; as Loihi 1 (Davies et al. 2018, Table 2)"},
    "hopWithinTile": {"value": 2.1, "unit": "ns", "method": "assumed", "range": [0.21, 2.1],
      "source": "Spikeloom",
      "reason": "no figure published for Loihi 2; as Loihi 1 (Davies et al. 2018, Table 2)"},
    "hopBetweenChips": {"value": 100, "unit": "ns", "method": "assumed", "range": [20, 1000],
      "source": "Spikeloom",
      "reason": "no figure published for Loihi 2's links between chips; pads and serialisation of a word"},
    "linkOccupancy": {"value": 0.291, "unit": "ns", "method": "assumed", "range": [0.0291, 6.5],
      "source": "Spikeloom",
      "reason": "no figure published for Loihi 2; as Loihi 1: peak of 3.44 Gspike/s per tile (Davies et al. 2018)"},
    "chipLinkOccupancy": {"value": 20, "unit": "ns", "method": "assumed", "range": [2, 100],
      "source": "Spikeloom",
      "reason": "no figure published for Loihi 2's links between chips; a word each 20 ns, as assumed for Loihi 1"},
    "barrierByTiles": [
      {
        "units": 1,
        "duration": {"value": 200, "unit": "ns", "method": "published", "range": [100, 1164],
          "source": "Intel, Loihi 2 technology brief, 2021: shortest chip-wide step below 200 ns, its bound taken; high end: shortest step measured through Lava, 2 neurons (NECOTIS/TemporalLearningInRSNNs)"}
      },
      {
        "units": 32,
        "duration": {"value": 200, "unit": "ns", "method": "published", "range": [200, 1780],
          "source": "Intel, Loihi 2 technology brief, 2021: shortest chip-wide step below 200 ns, its bound taken; high end: steps of 200 to 1,200 neurons measured through Lava (OzU-CAST/LoihiScalingEfficiency)"}
      }
    ],
    "barrierByChips": [
      {
        "units": 2,
        "duration": {"value": 1929, "unit": "ns", "method": "assumed", "range": [200, 5800],
          "source": "Spikeloom",
          "reason": "no figure published for Loihi 2; as assumed for Loihi 1"}
      },
      {
        "units": 768,
        "duration": {"value": 16200, "unit": "ns", "method": "assumed", "range": [200, 16200],
          "source": "Spikeloom",
          "reason": "no figure published for Loihi 2; Loihi 1's barrier of 768 chips (Frady et al., arXiv 2004.12691, 2020)"}
      }
    ],
    "biasWrite": {"value": 20, "unit": "ns", "method": "assumed", "range": [2, 200],
      "source": "Spikeloom",
      "reason": "no figure published for Loihi 2; as assumed for Loihi 1"},
    "readout": {"value": 40, "unit": "ns", "method": "assumed", "range": [4, 400],
      "source": "Spikeloom",
      "reason": "no figure published for Loihi 2; request and reply, as assumed for Loihi 1"},
    "reset": {"value": 21709, "unit": "ns", "method": "assumed", "range": [1000, 50000],
      "source": "Spikeloom",
      "reason": "no figure published for Loihi 2; all cores at once, 2.65 ns for each of 8,192 neurons"}
  }
}

"""##),
  ]
}
