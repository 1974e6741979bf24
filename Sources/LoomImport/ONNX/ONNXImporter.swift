import Foundation
public import LoomBase
public import LoomNetwork

/// Reads ONNX models and tensors.
///
/// Constant sub-graphs are folded, shapes inferred with the free batch axis kept as -1, and layers that no
/// output depends on removed. Operators that are not known stay as `.unsupported` layers.
public enum ONNXImporter {
  /// Protocol Buffers allow no greater message.
  private static let greatestFile = 1 << 31

  /// Reads a model file, with external data from the file's own folder.
  ///
  /// Throws all findings at once.
  public static func network(path: String) throws(DiagnosticsError) -> Network {
    let bytes = try read(path)
    let url = URL(fileURLWithPath: path)
    return try network(
      bytes: bytes, name: url.deletingPathExtension().lastPathComponent,
      folder: url.deletingLastPathComponent().path)
  }

  /// Reads a model from bytes; external data is refused unless a folder is named.
  ///
  /// Throws all findings at once.
  public static func network(
    bytes: [UInt8], name: String, folder: String?
  ) throws(DiagnosticsError) -> Network {
    let model: ModelMessage
    do throws(ByteError) {
      model = try ModelMessage(bytes[...])
    } catch {
      throw malformed("needs an ONNX model: \(error)", file: name)
    }
    guard let graph = model.graph, !graph.outputs.isEmpty else {
      throw malformed("needs an ONNX model with a graph and outputs, has none", file: name)
    }
    var builder = GraphBuilder(model, graph, store: ExternalStore(folder: folder))
    guard let network = builder.build(name: name) else {
      throw DiagnosticsError(.badInput, builder.diagnostics)
    }
    return network
  }

  /// Reads a file that holds one tensor (`TensorProto`).
  public static func tensor(path: String) throws(DiagnosticsError) -> Tensor {
    try namedTensor(path: path).tensor
  }

  /// Reads a file that holds one tensor, with the tensor's name.
  static func namedTensor(
    path: String
  ) throws(DiagnosticsError) -> (name: String, tensor: Tensor) {
    let bytes = try read(path)
    let url = URL(fileURLWithPath: path)
    let message: TensorMessage
    do throws(ByteError) {
      message = try TensorMessage(bytes[...])
    } catch {
      throw malformed("needs an ONNX tensor: \(error)", file: path)
    }
    let store = ExternalStore(folder: url.deletingLastPathComponent().path)
    do throws(ImportFault) {
      return (message.name, try TensorDecoding.tensor(message, store: store))
    } catch {
      throw DiagnosticsError(error.diagnostic(at: .file(path)))
    }
  }

  /// The layers that float execution cannot run, all at once.
  public static func unsupported(in network: Network) -> [Diagnostic] {
    network.layers.compactMap { layer in
      guard case .unsupported(let reason) = layer.operation else { return nil }
      return Diagnostic(
        .error, FaultCode.unsupported,
        "needs an operator that is executed, has '\(layer.sourceType)'", at: layer.anchor,
        notes: [reason],
        remedy: "export the model without this operator, or cut it out of the graph")
    }
  }

  private static func malformed(_ message: String, file: String) -> DiagnosticsError {
    DiagnosticsError(Diagnostic(.error, FaultCode.malformed, message, at: .file(file)))
  }

  private static func read(_ path: String) throws(DiagnosticsError) -> [UInt8] {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw DiagnosticsError(
        Diagnostic(
          .error, FaultCode.unreadable, "needs a readable file, has none", at: .file(path)))
    }
    guard data.count < greatestFile else {
      throw malformed("needs a file below 2 GiB, has \(data.count) bytes", file: path)
    }
    return [UInt8](data)
  }
}
