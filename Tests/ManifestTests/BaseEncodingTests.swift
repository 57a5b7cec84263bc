import Manifest
import Testing

struct BaseEncodingTests {
  /// The examples of RFC 4648, 10.
  @Test(arguments: [
    ("", "", ""), ("f", "Zg==", "MY======"), ("fo", "Zm8=", "MZXQ===="), ("foo", "Zm9v", "MZXW6==="),
    ("foob", "Zm9vYg==", "MZXW6YQ="), ("fooba", "Zm9vYmE=", "MZXW6YTB"), ("foobar", "Zm9vYmFy", "MZXW6YTBOI======"),
  ])
  func examples(text: String, base64: String, base32: String) {
    #expect(BaseEncoding.base64.text(of: text.utf8) == base64)
    #expect(BaseEncoding.base32.text(of: text.utf8) == base32)
    #expect(BaseEncoding.base64.bytes(of: base64) == Array(text.utf8))
    #expect(BaseEncoding.base32.bytes(of: base32) == Array(text.utf8))
  }

  @Test func whatIsNotOfTheEncodingIsRefusedAndLineEndsAreNot() {
    #expect(BaseEncoding.base64.bytes(of: "Zm9v\nYg==\r\n") == Array("foob".utf8))
    for text in ["Z", "Zg", "Zg=", "Z===", "Zm9v*", "Zg==Zg=="] { #expect(BaseEncoding.base64.bytes(of: text) == nil) }
  }
}
