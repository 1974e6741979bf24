import LoomNetwork
import Testing

@Suite("Tensors")
struct TensorTests {
  @Test("elements convert between number types")
  func conversions() {
    let floats = Tensor(shape: [2, 2], floats: [1.5, -2.75, 0, 3])
    #expect(floats.doubles == [1.5, -2.75, 0, 3])
    #expect(floats.integers == [1, -2, 0, 3])
    let integers = Tensor(shape: [3], integers: [-1, 0, 1 << 40])
    #expect(integers.floats == [-1, 0, 0x1p40])
    #expect(integers.doubles == [-1, 0, 0x1p40])
    #expect(integers.type == .int64)
    let doubles = Tensor(shape: [2], type: .float64, storage: .doubles([0.1, 1e300]))
    #expect(doubles.floats == [0.1, .infinity])
    #expect(doubles.doubles == [0.1, 1e300])
  }

  @Test("floats outside 64 bits are clamped, not trapped on")
  func clamping() {
    let values = [Double.nan, .infinity, -.infinity, 1e30, -1e30, 0x1p63, -0x1p63, 0x1p62, -0.9]
    let tensor = Tensor(shape: [9], type: .float64, storage: .doubles(values))
    #expect(tensor.integers == [0, .max, .min, .max, .min, .max, .min, 1 << 62, 0])
    let float = Tensor(shape: [2], floats: [.nan, .greatestFiniteMagnitude])
    #expect(float.integers == [0, .max])
  }

  @Test("a splat expands to its shape; a scalar has one element")
  func splats() {
    let splat = Tensor(shape: [2, 3], type: .float32, storage: .splat(0.1))
    #expect(splat.floats == [Float](repeating: 0.1, count: 6))
    #expect(splat.doubles == [Double](repeating: 0.1, count: 6))
    #expect(splat.integers == [0, 0, 0, 0, 0, 0])
    #expect(Tensor(shape: [], floats: [4]).count == 1)
    #expect(Tensor(shape: [0, 5], floats: []).integers.isEmpty)
    #expect(Tensor(shape: [], type: .float32, storage: .splat(2)).floats == [2])
  }

  @Test("reshaping keeps type and elements")
  func reshaping() {
    let tensor = Tensor(shape: [2, 3], integers: [1, 2, 3, 4, 5, 6])
    #expect(tensor.reshaped([3, 2]) == Tensor(shape: [3, 2], integers: [1, 2, 3, 4, 5, 6]))
  }

  @Test("four element types are floating")
  func elementTypes() {
    let floating: [ElementType] = [.float16, .bfloat16, .float32, .float64]
    let others: [ElementType] = [
      .int8, .uint8, .int16, .uint16, .int32, .uint32, .int64, .uint64, .boolean, .text,
    ]
    #expect(floating.filter(\.isFloating) == floating)
    #expect(others.filter(\.isFloating) == [])
  }
}
