import Foundation

print("spikeloom")
