public import LoomBase

/// Files of samples or labels: `.npy`, `.npz` and IDX, raw or gzip, told apart by their first bytes.
public enum SampleFile {
  /// The most bytes a packed file may unpack to, whatever it declares.
  private static let unpackedLimit = 1 << 33

  /// Reads samples: uint8 and bool stay bytes, every other type becomes floats.
  ///
  /// The first axis counts samples. Of an archive the array named images, x, x_test, data, samples or
  /// inputs is taken (whatever the case), else the first.
  ///
  /// Numbers of a large `.npy` file in C order stay there until they are asked for (`StoredSamples`).
  ///
  /// - Throws: SL1201 malformed, SL1202 unsuitable, SL1203 unreadable, SL1205 no zlib, SL1206 packed data
  ///   damaged.
  public static func read(path: String) throws(DiagnosticsError) -> Samples {
    try read(path: path, storedFrom: AtomicFile.mappedFrom)
  }

  /// The same with another size from which on numbers stay in the file.
  package static func read(
    path: String, storedFrom least: Int
  ) throws(DiagnosticsError) -> Samples {
    if let file = OpenFile(path: path, least: least),
      let samples = try NumpyFile.stored(file, name: path)
    {
      return samples
    }
    return try read(AtomicFile.read(path: path), name: path)
  }

  /// Reads samples from a file's bytes; the name is for diagnostics.
  ///
  /// - Throws: as `read(path:)`.
  public static func read(_ bytes: [UInt8], name: String) throws(DiagnosticsError) -> Samples {
    let names = ["images", "x", "x_test", "data", "samples", "inputs"]
    return try array(bytes, name: name, preferring: names).samples(name: name)
  }

  /// Reads labels: whole numbers from 0, one for each sample.
  ///
  /// Of an archive the array named labels, y, y_test or targets is taken, else the first.
  ///
  /// - Throws: as `read(path:)`.
  public static func readLabels(path: String) throws(DiagnosticsError) -> [Int] {
    try readLabels(AtomicFile.read(path: path), name: path)
  }

  /// Reads labels from a file's bytes; the name is for diagnostics.
  ///
  /// - Throws: as `read(path:)`.
  public static func readLabels(_ bytes: [UInt8], name: String) throws(DiagnosticsError) -> [Int] {
    let names = ["labels", "y", "y_test", "targets"]
    return try array(bytes, name: name, preferring: names).labels(name: name)
  }

  /// Reads an array of any type from a file's bytes.
  ///
  /// - Throws: as `read(path:)`.
  public static func array(
    _ bytes: [UInt8], name: String, preferring names: [String]
  ) throws(DiagnosticsError) -> NumericArray {
    guard bytes.starts(with: [0x1f, 0x8b]) else {
      return try plainArray(bytes[...], name: name, preferring: names)
    }
    return try plainArray(unpacked(bytes, name: name)[...], name: name, preferring: names)
  }

  private static func plainArray(
    _ bytes: ArraySlice<UInt8>, name: String, preferring names: [String]
  ) throws(DiagnosticsError) -> NumericArray {
    if NumpyFile.isLikely(bytes) { return try NumpyFile.read(bytes, name: name) }
    if ZipArchive.isLikely(bytes) {
      return try archivedArray(bytes, name: name, preferring: names)
    }
    if IdxFile.isLikely(bytes) { return try IdxFile.read(bytes, name: name) }
    throw DiagnosticsError(
      Diagnostic(
        .error, "SL1201", "needs an .npy, .npz or IDX file, raw or gzip, has other bytes",
        at: .byteOffset(file: name, offset: 0)))
  }

  private static func archivedArray(
    _ bytes: ArraySlice<UInt8>, name: String, preferring names: [String]
  ) throws(DiagnosticsError) -> NumericArray {
    let archive = try ZipArchive(bytes, name: name)
    let arrays = archive.entries.filter { $0.name.hasSuffix(".npy") }
    let named = names.lazy.compactMap { wanted in
      arrays.first { $0.name.lowercased() == wanted + ".npy" }
    }
    guard let entry = named.first ?? arrays.first else {
      throw DiagnosticsError(
        Diagnostic(.error, "SL1202", "needs an array in the archive, has none", at: .file(name)))
    }
    return try NumpyFile.read(
      archive.contents(of: entry)[...], name: "\(name)(\(entry.name))")
  }

  /// Unpacks a gzip file no further than the array inside declares.
  private static func unpacked(_ bytes: [UInt8], name: String) throws(DiagnosticsError) -> [UInt8] {
    let prefix = try Inflater.inflate(bytes[...], .gzip, limit: 1 << 16, file: name)
    if prefix.isComplete { return prefix.bytes }
    let head = prefix.bytes[...]
    let declared =
      NumpyFile.declaredLength(head) ?? IdxFile.declaredLength(head)
      ?? (ZipArchive.isLikely(head) ? unpackedLimit : 0)
    guard declared > 0, declared <= unpackedLimit else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1201", "needs an .npy, .npz or IDX file below 8 GiB inside gzip, has another",
          at: .file(name)))
    }
    let output = try Inflater.inflate(bytes[...], .gzip, limit: declared + 1, file: name)
    guard output.isComplete else {
      throw DiagnosticsError(
        Diagnostic(
          .error, "SL1206", "needs \(declared) unpacked bytes as declared, has more",
          at: .file(name)))
    }
    return output.bytes
  }
}

extension Samples {
  /// The same numbers as rasters of T steps, for networks whose input is spikes.
  ///
  /// A file of N · T steps × inputs becomes N samples of T steps; nil if it is not made of whole rasters
  /// or its rows are not single steps of that shape (axes of length one are ignored).
  public func asRasters(timesteps: Int, stepShape: MapShape) -> Samples? {
    guard timesteps > 0, count > 0, count % timesteps == 0,
      SampleLayout.matching(stored: sampleShape, map: stepShape, isBytes: isBytes) != nil
    else { return nil }
    return recut(sampleShape: [timesteps] + sampleShape, count: count / timesteps)
  }
}
