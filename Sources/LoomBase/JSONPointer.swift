extension String {
  /// The key as a token of a JSON pointer (RFC 6901): `~` and `/` written `~0` and `~1`.
  public var jsonPointerToken: String {
    var result = ""
    for character in self {
      switch character {
      case "~": result += "~0"
      case "/": result += "~1"
      default: result.append(character)
      }
    }
    return result
  }
}
