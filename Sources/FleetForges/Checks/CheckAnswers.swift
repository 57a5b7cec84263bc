import FleetModel
import FleetPorts
import Manifest

/// What Prometheus answers to an instant query.
enum PrometheusAnswer {
  /// Reads the values and judges them.
  ///
  /// - Throws: `unreadable` for what is no such answer.
  static func judge(_ reply: ForgeReply, by analysis: Analysis) throws(GeneratorSourceError) -> CheckAnswer {
    let answer = try reply.json()
    guard answer["status"]?.string == "success" else {
      let error = answer["error"]?.string ?? "status \(reply.status)"
      return CheckAnswer(.error, message: readable("Prometheus refuses the query: \(error)"))
    }
    let data = answer["data"]
    switch data?["resultType"]?.string {
    case "vector":
      return analysis.judge((data?["result"]?.array ?? []).compactMap { value(in: $0["value"]) })
    case "scalar": return analysis.judge([value(in: data?["result"])].compactMap { $0 })
    case let type?: return CheckAnswer(.error, message: "the query yields a \(type); one instant's values are needed")
    case nil:
      throw GeneratorSourceError(.unreadable, "the answer has no data.resultType", hint: "is this Prometheus' address?")
    }
  }

  /// `[time, "value"]`; the value is a text, which may be NaN or an infinity.
  private static func value(in sample: Node?) -> Double? {
    guard let text = sample?.array?.last?.string else { return nil }
    switch text {
    case "+Inf": return .infinity
    case "-Inf": return -.infinity
    default: return Double(text)
    }
  }
}

/// What a program of the owner answers: by its status, or by the word `verdict` of a JSON object.
enum HTTPAnswer {
  static func judge(_ reply: ForgeReply) -> CheckAnswer {
    let object = (try? reply.json())?.object == nil ? nil : try? reply.json()
    let message = readable(object?["message"]?.string ?? "")
    if (200..<300).contains(reply.status), let word = object?["verdict"]?.string {
      guard let verdict = CheckVerdict(rawValue: word) else {
        let words = CheckVerdict.allCases.map(\.rawValue).joined(separator: ", ")
        return CheckAnswer(
          .error, value: "\(reply.status)", message: "the verdict \"\(readable(word))\" is none of \(words)")
      }
      return CheckAnswer(verdict, value: readable(object?["value"]?.string ?? ""), message: message)
    }
    let verdict: CheckVerdict =
      switch reply.status {
      case 202, 425: .inconclusive
      case 200..<300: .pass
      case 408, 429: .error
      default: .fail
      }
    return CheckAnswer(verdict, value: "status \(reply.status)", message: message)
  }
}
