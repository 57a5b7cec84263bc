internal import Synchronization

/// The addresses of the controllers over one database. One is used until it does not answer, then the next: any of them
/// does for everything.
public final class ControllerAddresses: Sendable {
  /// The base URLs without a trailing slash; at least one, which may be empty.
  public let urls: [String]
  private let index: Mutex<Int>

  /// Reads addresses that are separated by commas.
  ///
  /// - Parameter isShuffled: whether any of them is the first one, so that many agents spread over the controllers.
  public init(_ text: String, isShuffled: Bool = false) {
    let urls = Self.split(text)
    self.urls = urls.isEmpty ? [""] : urls
    index = Mutex(isShuffled ? Int.random(in: self.urls.indices) : 0)
  }

  /// Addresses that are separated by commas, without spaces and trailing slashes.
  public static func split(_ text: String) -> [String] {
    text.split(separator: ",").map { part in
      var url = part.drop { $0 == " " }
      while url.last == "/" || url.last == " " { url.removeLast() }
      return String(url)
    }.filter { !$0.isEmpty }
  }

  /// The address in use.
  public var current: String { index.withLock { urls[$0] } }

  /// The address in use did not answer: the next one is used, unless somebody else has moved on already.
  func moveOn(from url: String) {
    index.withLock { index in
      if urls[index] == url { index = (index + 1) % urls.count }
    }
  }
}
