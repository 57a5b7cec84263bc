/// A value that travels in a request or an answer of the user API.
///
/// Field names are camelCase and never change their meaning. Times are ``Timestamp``; durations are whole numbers with the
/// unit in the name (`…Milliseconds`, `…Seconds`). A field that is `null` or absent says nothing; unknown fields of an
/// answer are to be ignored by clients, so that fields can be added.
public protocol WireValue: Codable, Sendable, Hashable {
  /// A complete example, every optional field set: the OpenAPI document is made from it.
  static var example: Self { get }
}

/// A part of a list in a stable order.
public struct ListPage<Item: WireValue>: WireValue {
  /// The items.
  public var items: [Item]
  /// What to give as `after` for the next part; null at the end. Opaque.
  public var next: String?
  /// With `count`: how many items come behind this part; counting ends at 20,000. Null when it was not asked for.
  public var remaining: Int?

  /// Makes a part of a list.
  public init(items: [Item], next: String?, remaining: Int? = nil) {
    self.items = items
    self.next = next
    self.remaining = remaining
  }

  /// An example.
  public static var example: Self { Self(items: [Item.example], next: "storefront", remaining: 4_988) }
}

/// The answer of a call that has nothing to say but that it was done.
public struct Acknowledgement: WireValue {
  /// One sentence for people, for example `cluster eu-1 was removed; its workloads stay`.
  public var message: String

  /// Makes an answer.
  public init(message: String) { self.message = message }

  /// An example.
  public static var example: Self { Self(message: "cluster eu-west-1 was removed; its workloads stay") }
}
