import FleetModel
import Manifest
import Testing

struct TreeTests {
  @Test func largeObjectsBehaveAsSmallOnes() {
    var object = Object()
    for number in 0..<200 { object["key\(number)"] = Node(.integer(Int64(number))) }
    for number in 0..<200 { object["key\(number)"] = Node(.integer(Int64(number * 2))) }
    for number in stride(from: 0, to: 200, by: 2) { object["key\(number)"] = nil }
    object["missing"] = nil
    #expect(object.count == 100)
    #expect(object.keys.prefix(3) == ["key1", "key3", "key5"])
    #expect(object["key2"] == nil)
    #expect(object["key199"] == 398)
    #expect(object == Object(entries: object.entries.reversed()))
    #expect(object.hashValue == Object(entries: object.entries.reversed()).hashValue)
    for number in stride(from: 1, to: 200, by: 2) { object["key\(number)"] = nil }
    #expect(object.isEmpty)
  }

  @Test func textsAreComparedBytewise() {
    let composed: Node = "\u{E9}"
    let decomposed: Node = "e\u{301}"
    #expect(composed != decomposed)
    var object = Object()
    object["\u{E9}"] = 1
    object["e\u{301}"] = 2
    #expect(object.count == 2)
    #expect(object["\u{E9}"] == 1)
  }

  @Test func identitiesIgnoreTheVersion() throws {
    let node = try YAML.documents(
      Array("{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: shop}}".utf8))[0]
    let identity = try #require(ObjectIdentity(of: node))
    #expect(identity.text == "apps/Deployment/shop/web")
    #expect(identity.display == "Deployment shop/web")
    #expect(identity.apiVersion == "apps/v1")
    #expect(identity == ObjectIdentity(text: "apps/Deployment/shop/web"))
    #expect(
      identity == ObjectIdentity(group: "apps", version: "v1beta1", kind: "Deployment", namespace: "shop", name: "web"))
    let namespace = ObjectIdentity(group: "", version: "v1", kind: "Namespace", name: "shop")
    #expect(namespace.text == "/Namespace//shop")
    #expect(namespace.display == "Namespace shop")
    #expect(namespace < identity)
    #expect([identity, namespace].sorted() == [namespace, identity])
  }

  @Test(
    arguments: [
      "{kind: A, metadata: {name: a}}", "{apiVersion: v1, metadata: {name: a}}", "{apiVersion: v1, kind: A}",
      "{apiVersion: v1, kind: A, metadata: {name: 1}}", "{apiVersion: v1, kind: \"\", metadata: {name: a}}", "[]",
    ] as [String])
  func whatIsNoObjectHasNoIdentity(_ text: String) throws {
    #expect(ObjectIdentity(of: try YAML.documents(Array(text.utf8))[0]) == nil)
  }

  @Test func digestsAreSHA256() {
    #expect(
      Digest.sha256(Array("abc".utf8)).hexadecimal
        == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }
}
