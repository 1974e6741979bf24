/// What the spikes of a network say: the neural code of all its populations.
///
/// Integer semantics, per neuron and sample, with `x` = Σ (mantissa << shift) of the spikes due in a step, T
/// the window and `B` = v(0) + bias + front-end current, injected **once**. Every line ends with one clamp
/// to the signed width of the potential. A population of depth d ≥ 1 listens in chip steps
/// (d−1)·T+1 ... d·T and emits in d·T ... d·T+T−1; its `start` (aligned index 0) is d·T, and in that one step
/// it does both: it takes in the last spikes, then emits. A population of depth 0 has only a front end and
/// does not listen. A spike of aligned step j from a source that starts at d'·T is due in step
/// d'·T + j + delay with delay = start − source's start − T + 1.
///
/// **bit-serial** (Datta and others 2023; conversion.md §2; the most significant bit first):
///
///     listening, each step:   A ← 2·A + x
///     at the start:           u ← A + B;  A ← 0           (comparator: u ← max over sites of A_site, + B)
///     emitting, j = 0..<T:    y = 2·u;  s = y ≥ θ;  u ← s ? y − θ : y
///
/// so that the code Σ_j s_j · 2^(T−1−j) = clamp(floor(2^T·(A + B)/θ), 0, 2^T − 1).
///
/// **time to first spike** (conversion.md §4; θ here is the *step* δ of the falling threshold):
///
///     listening, each step:   A ← A + x;  V ← V + A
///     at the start:           u ← V + B;  A, V ← 0        (comparator: the largest V_site)
///     emitting, j = 0..<T:    s = u ≥ δ·(T − j);  after its one spike u stays at the lowest potential
///
/// so that a spike at j is worth T − j, and the code = clamp(floor((V + B)/δ), 0, T).
///
/// Readout populations listen the same way and keep u ← V or A, + B, as the answer; they never emit.
public enum SpikeCode: String, Codable, Sendable, CaseIterable, Hashable {
  /// The number of spikes in the window is the value.
  case rate
  /// Spike j of the window is bit j of the value.
  case bitSerial = "bit-serial"
  /// The time of the only spike is the value.
  case timeToFirstSpike = "ttfs"

  /// Whether a population listens for a whole window before it emits.
  public var isWindowed: Bool { self != .rate }
}
