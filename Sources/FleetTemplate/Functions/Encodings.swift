import Crypto
import Manifest

// Encodings and digests.
extension TemplateFunctions {
  static func addEncodings(to table: inout FunctionTable) {
    table.add("b64enc", arity: 1) { (a) throws(FunctionError) in .text(BaseEncoding.base64.encode(try a.bytes(0))) }
    table.add("b64dec", arity: 1) { (a) throws(FunctionError) in decoded(try a.bytes(0), .base64) }
    table.add("b32enc", arity: 1) { (a) throws(FunctionError) in .text(BaseEncoding.base32.encode(try a.bytes(0))) }
    table.add("b32dec", arity: 1) { (a) throws(FunctionError) in decoded(try a.bytes(0), .base32) }
    table.add("sha1sum", arity: 1) { (a) throws(FunctionError) in
      hexadecimal(Insecure.SHA1.hash(data: try a.bytes(0)))
    }
    table.add("sha256sum", arity: 1) { (a) throws(FunctionError) in hexadecimal(SHA256.hash(data: try a.bytes(0))) }
    table.add("sha512sum", arity: 1) { (a) throws(FunctionError) in hexadecimal(SHA512.hash(data: try a.bytes(0))) }
    table.add("adler32sum", arity: 1) { (a) throws(FunctionError) in
      var (low, high): (UInt32, UInt32) = (1, 0)
      for byte in try a.bytes(0) {
        low = (low + UInt32(byte)) % 65_521
        high = (high + low) % 65_521
      }
      return .string(String(high << 16 | low))
    }
  }

  private static func hexadecimal(_ digest: some Sequence<UInt8>) -> Value {
    .string(digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined())
  }

  /// As in sprig, what is wrong is the result.
  private static func decoded(_ bytes: [UInt8], _ encoding: BaseEncoding) -> Value {
    switch encoding.decode(bytes) {
    case .success(let decoded): .text(decoded)
    case .failure(let error): .string("illegal \(encoding.name) data at input byte \(error.place)")
    }
  }
}
