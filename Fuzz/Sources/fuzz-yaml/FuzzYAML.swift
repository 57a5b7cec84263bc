import FleetModel
import Manifest

/// Reads any bytes as YAML and JSON: errors are fine; traps, and documents that are not read back as they were written,
/// are not.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzYAML(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  _ = DocumentReader.readableDocuments(bytes, file: "fuzz")
  guard let documents = try? YAML.documents(bytes) else { return 0 }
  for document in documents {
    let yaml = YAML.text(document)
    let json = JSON.bytes(document, sortedKeys: true)
    precondition((try? JSON.parse(json)) == document, "what is written as JSON is not read back")
    precondition((try? YAML.documents(Array(yaml.utf8)))?.first ?? Node(.null) == document, "nor what is as YAML")
  }
  return 0
}
