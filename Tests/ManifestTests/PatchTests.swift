import FleetModel
import Manifest
import Testing

struct PatchTests {
  private func json(_ text: String) throws -> Node { try JSON.parse(Array(text.utf8)) }

  /// The cases of RFC 6902, appendix A, and its edges.
  @Test(
    arguments: [
      (#"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux"}]"#, #"{"baz":"qux","foo":"bar"}"#),
      (#"{"foo":["bar","baz"]}"#, #"[{"op":"add","path":"/foo/1","value":"qux"}]"#, #"{"foo":["bar","qux","baz"]}"#),
      (#"{"baz":"qux","foo":"bar"}"#, #"[{"op":"remove","path":"/baz"}]"#, #"{"foo":"bar"}"#),
      (#"{"foo":["bar","qux","baz"]}"#, #"[{"op":"remove","path":"/foo/1"}]"#, #"{"foo":["bar","baz"]}"#),
      (#"{"baz":"qux"}"#, #"[{"op":"replace","path":"/baz","value":"boo"}]"#, #"{"baz":"boo"}"#),
      (
        #"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
        #"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
        #"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#
      ),
      (
        #"{"foo":["all","grass","cows","eat"]}"#, #"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
        #"{"foo":["all","cows","eat","grass"]}"#
      ),
      (
        #"{"a":["b",2]}"#, #"[{"op":"test","path":"/a/1","value":2},{"op":"copy","from":"/a","path":"/c"}]"#,
        #"{"a":["b",2],"c":["b",2]}"#
      ),
      (
        #"{"foo":["bar"]}"#, #"[{"op":"add","path":"/foo/-","value":["abc","def"],"x":1}]"#,
        #"{"foo":["bar",["abc","def"]]}"#
      ),
      (#"{"a/b":{"~":1}}"#, #"[{"op":"replace","path":"/a~1b/~0","value":2}]"#, #"{"a/b":{"~":2}}"#),
      (#"{"a":1}"#, #"[{"op":"add","path":"","value":[1]}]"#, "[1]"),
      (#"{"a":1}"#, #"[{"op":"move","from":"/a","path":"/a"}]"#, #"{"a":1}"#),
      (#"{"":1}"#, #"[{"op":"remove","path":"/"}]"#, "{}"),
    ] as [(String, String, String)])
  func patchesApply(_ document: String, _ patch: String, _ expected: String) throws {
    let result = try JSONPatch(try json(patch)).applied(to: try json(document))
    #expect(result == (try json(expected)))
  }

  /// Every example of RFC 6902, appendix A, in its order (https://www.rfc-editor.org/rfc/rfc6902#appendix-A); nil where the
  /// document must not change.
  @Test(
    arguments: [
      ("A.1", #"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux"}]"#, #"{"baz":"qux","foo":"bar"}"#),
      (
        "A.2", #"{"foo":["bar","baz"]}"#, #"[{"op":"add","path":"/foo/1","value":"qux"}]"#,
        #"{"foo":["bar","qux","baz"]}"#
      ), ("A.3", #"{"baz":"qux","foo":"bar"}"#, #"[{"op":"remove","path":"/baz"}]"#, #"{"foo":"bar"}"#),
      ("A.4", #"{"foo":["bar","qux","baz"]}"#, #"[{"op":"remove","path":"/foo/1"}]"#, #"{"foo":["bar","baz"]}"#),
      (
        "A.5", #"{"baz":"qux","foo":"bar"}"#, #"[{"op":"replace","path":"/baz","value":"boo"}]"#,
        #"{"baz":"boo","foo":"bar"}"#
      ),
      (
        "A.6", #"{"foo":{"bar":"baz","waldo":"fred"},"qux":{"corge":"grault"}}"#,
        #"[{"op":"move","from":"/foo/waldo","path":"/qux/thud"}]"#,
        #"{"foo":{"bar":"baz"},"qux":{"corge":"grault","thud":"fred"}}"#
      ),
      (
        "A.7", #"{"foo":["all","grass","cows","eat"]}"#, #"[{"op":"move","from":"/foo/1","path":"/foo/3"}]"#,
        #"{"foo":["all","cows","eat","grass"]}"#
      ),
      (
        "A.8", #"{"baz":"qux","foo":["a",2,"c"]}"#,
        #"[{"op":"test","path":"/baz","value":"qux"},{"op":"test","path":"/foo/1","value":2}]"#,
        #"{"baz":"qux","foo":["a",2,"c"]}"#
      ), ("A.9", #"{"baz":"qux"}"#, #"[{"op":"test","path":"/baz","value":"bar"}]"#, nil),
      (
        "A.10", #"{"foo":"bar"}"#, #"[{"op":"add","path":"/child","value":{"grandchild":{}}}]"#,
        #"{"foo":"bar","child":{"grandchild":{}}}"#
      ),
      (
        "A.11", #"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux","xyz":123}]"#,
        #"{"foo":"bar","baz":"qux"}"#
      ), ("A.12", #"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz/bat","value":"qux"}]"#, nil),
      ("A.13", #"{"foo":"bar"}"#, #"[{"op":"add","path":"/baz","value":"qux","op":"remove"}]"#, nil),
      ("A.14", #"{"/":9,"~1":10}"#, #"[{"op":"test","path":"/~01","value":10}]"#, #"{"/":9,"~1":10}"#),
      ("A.15", #"{"/":9,"~1":10}"#, #"[{"op":"test","path":"/~01","value":"10"}]"#, nil),
      (
        "A.16", #"{"foo":["bar"]}"#, #"[{"op":"add","path":"/foo/-","value":["abc","def"]}]"#,
        #"{"foo":["bar",["abc","def"]]}"#
      ),
    ] as [(String, String, String, String?)])
  func examplesOfTheStandardHold(_ name: String, _ document: String, _ patch: String, _ expected: String?) throws {
    let result = try? JSONPatch(try json(patch)).applied(to: try json(document))
    #expect(result == (try expected.map(json)), "\(name)")
  }

  @Test(
    arguments: [
      (#"{"op":"add"}"#, "a JSON Patch is a list of operations, found a map"),
      (#"[{"op":"add","path":"/a"}]"#, #"operation 0: "value" is missing"#),
      (#"[{"path":"/a"}]"#, #"operation 0: "op" is missing, or is not a text"#),
      (#"[{"op":"ad","path":"/a"}]"#, #"operation 0: "ad" is none of add, remove, replace, move, copy and test"#),
      (
        #"[{"op":"remove","path":"a"}]"#, #"operation 0: "a" is not a JSON Pointer; write it like /metadata/labels/app"#
      ),
      (#"[{"op":"test","path":"/a","value":[1]},{"op":"remove","path":"/b"}]"#, "operation 1: there is nothing at /b"),
      (#"[{"op":"replace","path":"/b","value":1}]"#, "operation 0: there is nothing at /b"),
      (#"[{"op":"add","path":"/b/c","value":1}]"#, "operation 0: there is nothing at /b/c"),
      (#"[{"op":"add","path":"/a/2","value":1}]"#, "operation 0: /a/2: the list has 1 elements"),
      (#"[{"op":"add","path":"/a/01","value":1}]"#, "operation 0: /a/01: the list has 1 elements"),
      (#"[{"op":"remove","path":"/a/-"}]"#, "operation 0: there is nothing at /a/-"),
      (#"[{"op":"test","path":"/a","value":[2]}]"#, "operation 0: test failed: /a has another value"),
      (#"[{"op":"move","from":"/a","path":"/a/0"}]"#, "operation 0: /a cannot be moved into itself"),
      (#"[{"op":"copy","from":"/x","path":"/y"}]"#, "operation 0: there is nothing at /x"),
      (#"[{"op":"remove","path":""}]"#, "operation 0: the whole document cannot be removed"),
    ] as [(String, String)])
  func errorsNameTheOperation(_ patch: String, _ expected: String) throws {
    let document = try json(#"{"a":[1]}"#)
    do {
      _ = try JSONPatch(try json(patch)).applied(to: document)
      Issue.record("applied")
    } catch let error as JSONPatch.Failure {
      #expect(error.description == expected)
    }
  }

  /// The table of RFC 7396 (and 7386 before it), appendix A.
  @Test(
    arguments: [
      (#"{"a":"b"}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"b"}"#, #"{"b":"c"}"#, #"{"a":"b","b":"c"}"#),
      (#"{"a":"b"}"#, #"{"a":null}"#, "{}"), (#"{"a":"b","b":"c"}"#, #"{"a":null}"#, #"{"b":"c"}"#),
      (#"{"a":["b"]}"#, #"{"a":"c"}"#, #"{"a":"c"}"#), (#"{"a":"c"}"#, #"{"a":["b"]}"#, #"{"a":["b"]}"#),
      (#"{"a":{"b":"c"}}"#, #"{"a":{"b":"d","c":null}}"#, #"{"a":{"b":"d"}}"#),
      (#"{"a":[{"b":"c"}]}"#, #"{"a":[1]}"#, #"{"a":[1]}"#),
      (#"["a","b"]"#, #"["c","d"]"#, #"["c","d"]"#), (#"{"a":"b"}"#, #"["c"]"#, #"["c"]"#),
      (#"{"a":"foo"}"#, "null", "null"),
      (#"{"a":"foo"}"#, #""bar""#, #""bar""#), (#"{"e":null}"#, #"{"a":1}"#, #"{"e":null,"a":1}"#),
      ("[1,2]", #"{"a":"b","c":null}"#, #"{"a":"b"}"#),
      ("{}", #"{"a":{"bb":{"ccc":null}}}"#, #"{"a":{"bb":{}}}"#),
    ] as [(String, String, String)])
  func mergePatchesApply(_ document: String, _ patch: String, _ expected: String) throws {
    #expect(mergePatch(try json(patch), to: try json(document)) == (try json(expected)))
  }

  @Test func pointersReadAndWrite() throws {
    let document = try json(#"{"foo":["bar","baz"],"":0,"a/b":1,"m~n":8}"#)
    for (text, expected) in [
      ("", document), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1), ("/m~0n", 8),
    ] as [(String, Node)] {
      let pointer = try #require(JSONPointer(text))
      #expect(pointer.value(in: document) == expected)
      #expect(pointer.description == text)
    }
    for text in ["a", "/~", "/~2"] { #expect(JSONPointer(text) == nil) }
    for text in ["/foo/2", "/foo/-", "/foo/00", "/foo/x", "/x/y", "/foo/0/1"] {
      #expect(JSONPointer(text)?.value(in: document) == nil)
    }
  }
}
