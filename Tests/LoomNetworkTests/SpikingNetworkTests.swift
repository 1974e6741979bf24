import LoomBase
import LoomNetwork
import Testing

@Suite("Values of channels or neurons")
struct SpikingNetworkTests {
  static let shape = MapShape(channels: 2, height: 2, width: 3)

  @Test("a neuron finds its value, whichever way values are given")
  func values() {
    let channel = ChannelOrNeuron<Int>.perChannel([10, 20])
    let neuron = ChannelOrNeuron<Int>.perNeuron(Array(0..<12))
    for index in 0..<12 {
      #expect(ChannelOrNeuron<Int>.uniform(7).value(neuron: index, in: Self.shape) == 7)
      #expect(channel.value(neuron: index, in: Self.shape) == (index < 6 ? 10 : 20))
      #expect(neuron.value(neuron: index, in: Self.shape) == index)
    }
  }

  @Test("the number of values must be that of channels or neurons")
  func matching() {
    #expect(ChannelOrNeuron<Int>.uniform(1).matches(Self.shape))
    #expect(ChannelOrNeuron<Int>.perChannel([1, 2]).matches(Self.shape))
    #expect(!ChannelOrNeuron<Int>.perChannel([1, 2, 3]).matches(Self.shape))
    #expect(ChannelOrNeuron<Int>.perNeuron(Array(0..<12)).matches(Self.shape))
    #expect(!ChannelOrNeuron<Int>.perNeuron([1, 2]).matches(Self.shape))
  }

  @Test("a function applies to every value and keeps how they are given")
  func mapping() {
    #expect(ChannelOrNeuron<Int>.uniform(3).map { $0 * 2 } == .uniform(6))
    #expect(ChannelOrNeuron<Int>.perChannel([1, 2]).map { "\($0)" } == .perChannel(["1", "2"]))
    #expect(ChannelOrNeuron<Int>.perNeuron([1, 2]).map { -$0 } == .perNeuron([-1, -2]))
  }
}
