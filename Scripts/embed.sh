#!/bin/sh
# Writes the files that live inside the program again: profiles and the digits of the demo.
set -eu
cd "$(dirname "$0")/.."
Scripts/generate-bundled.sh text BundledProfiles HardwareProfiles/*.json \
  > Sources/LoomHardware/BundledProfiles+Generated.swift
Scripts/generate-bundled.sh base64 BundledDigits \
  Examples/digits/digits_cnn.onnx Examples/digits/digits_cnn.json Examples/digits/train_images.npy \
  Examples/digits/test_images.npy Examples/digits/test_labels.npy \
  > Sources/spikeloom/BundledDigits+Generated.swift
