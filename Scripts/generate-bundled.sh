#!/bin/sh
# Prints a Swift file that holds other files, so that the program needs none of them beside it.
#
#   Scripts/generate-bundled.sh text BundledProfiles HardwareProfiles/*.json > X+Generated.swift
#   Scripts/generate-bundled.sh base64 BundledDigits Examples/digits/*.npy > Y+Generated.swift
#
# `text` keeps files as raw string literals, named without folder and extension; `base64` keeps bytes,
# named with their extension. Tests prove the copies equal to the originals.
set -eu

if [ $# -lt 3 ]; then
  echo "usage: $0 text|base64 ENUM FILE..." >&2
  exit 64
fi
mode=$1
enum=$2
shift 2

echo "// swift-format-ignore-file"
echo "// Made by Scripts/generate-bundled.sh; change the originals and run it again."
echo
echo "/// Copies of files inside the program."
echo "enum $enum {"
case $mode in
  text) echo "  /// Name and text of each file." ;;
  base64) echo "  /// Name and base64 text (with line breaks) of each file." ;;
  *) echo "unknown mode '$mode'" >&2; exit 64 ;;
esac
echo "  static let files: [(name: String, text: String)] = ["
for file in "$@"; do
  base=${file##*/}
  # Schemas describe the others; editors read them, the program does not.
  case $base in *.schema.json) continue ;; esac
  if [ "$mode" = text ]; then
    if grep -q '"""##' "$file"; then
      echo "$file holds the end of the literal" >&2
      exit 1
    fi
    printf '    ("%s", ##"""\n' "${base%.*}"
    # The line break before the closing quotes is not part of a Swift literal: an empty line keeps the
    # original's last one.
    cat "$file"
    printf '\n"""##),\n'
  else
    printf '    ("%s", """\n' "$base"
    base64 < "$file" | tr -d '\n' | fold -w 96
    printf '\n"""),\n'
  fi
done
echo "  ]"
echo "}"
