/// The eight working words of SHA-256 and their compression function (FIPS 180-4 §6.2.2).
struct SecureHashState {
  private var a: UInt32 = 0x6a09_e667
  private var b: UInt32 = 0xbb67_ae85
  private var c: UInt32 = 0x3c6e_f372
  private var d: UInt32 = 0xa54f_f53a
  private var e: UInt32 = 0x510e_527f
  private var f: UInt32 = 0x9b05_688c
  private var g: UInt32 = 0x1f83_d9ab
  private var h: UInt32 = 0x5be0_cd19

  /// The words in the order of the digest.
  var words: [UInt32] { [a, b, c, d, e, f, g, h] }

  /// Compresses the first `blocks` blocks of 64 bytes.
  mutating func absorb(_ message: UnsafeRawBufferPointer, blocks: Int) {
    precondition(blocks >= 0 && blocks * 64 <= message.count, "the blocks lie within the message")
    unsafe withUnsafeTemporaryAllocation(of: UInt32.self, capacity: 64) { schedule in
      unsafe schedule.initialize(repeating: 0)
      unsafe SecureHashState.roundConstants.withUnsafeBufferPointer { constants in
        for block in 0..<blocks {
          unsafe SecureHashState.expand(message, from: block &* 64, constants, into: schedule)
          unsafe compress(UnsafeBufferPointer(schedule))
        }
      }
    }
  }

  private static func rotate(_ value: UInt32, _ count: UInt32) -> UInt32 {
    (value &>> count) | (value &<< (32 &- count))
  }

  /// The message schedule with the round constants added: one sum less in the rounds.
  private static func expand(
    _ message: UnsafeRawBufferPointer, from start: Int, _ constants: UnsafeBufferPointer<UInt32>,
    into schedule: UnsafeMutableBufferPointer<UInt32>
  ) {
    for index in 0..<16 {
      let word = unsafe message.loadUnaligned(fromByteOffset: start &+ index &* 4, as: UInt32.self)
      unsafe schedule[index] = UInt32(bigEndian: word)
    }
    for index in 16..<64 {
      let first = unsafe schedule[index &- 15]
      let second = unsafe schedule[index &- 2]
      let low = rotate(first, 7) ^ rotate(first, 18) ^ (first &>> 3)
      let high = rotate(second, 17) ^ rotate(second, 19) ^ (second &>> 10)
      unsafe schedule[index] = schedule[index &- 16] &+ low &+ schedule[index &- 7] &+ high
    }
    for index in 0..<64 { unsafe schedule[index] &+= constants[index] }
  }

  private mutating func compress(_ schedule: UnsafeBufferPointer<UInt32>) {
    let old = self
    // Eight rounds at a time bring every word back to its own name: nothing is moved.
    for index in stride(from: 0, to: 64, by: 8) {
      unsafe SecureHashState.round(a, b, c, &d, e, f, g, &h, schedule[index])
      unsafe SecureHashState.round(h, a, b, &c, d, e, f, &g, schedule[index &+ 1])
      unsafe SecureHashState.round(g, h, a, &b, c, d, e, &f, schedule[index &+ 2])
      unsafe SecureHashState.round(f, g, h, &a, b, c, d, &e, schedule[index &+ 3])
      unsafe SecureHashState.round(e, f, g, &h, a, b, c, &d, schedule[index &+ 4])
      unsafe SecureHashState.round(d, e, f, &g, h, a, b, &c, schedule[index &+ 5])
      unsafe SecureHashState.round(c, d, e, &f, g, h, a, &b, schedule[index &+ 6])
      unsafe SecureHashState.round(b, c, d, &e, f, g, h, &a, schedule[index &+ 7])
    }
    a &+= old.a
    b &+= old.b
    c &+= old.c
    d &+= old.d
    e &+= old.e
    f &+= old.f
    g &+= old.g
    h &+= old.h
  }

  @inline(__always)
  private static func round(
    _ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: inout UInt32, _ e: UInt32, _ f: UInt32,
    _ g: UInt32, _ h: inout UInt32, _ word: UInt32
  ) {
    let choice = (e & f) ^ (~e & g)
    let first = h &+ (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25)) &+ choice &+ word
    let majority = (a & b) ^ (a & c) ^ (b & c)
    d &+= first
    h = first &+ (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) &+ majority
  }

  // swift-format-ignore
  private static let roundConstants: [UInt32] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
  ]
}
