import FleetPorts

/// Temporary keys of an AWS role.
///
/// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
enum AssumedRole {
  static func request(_ role: String, at url: ForgeURL) -> ForgeRequest {
    let form = "Action=AssumeRole&RoleArn=\(PercentEncoding.encode(role))&RoleSessionName=flotilla&Version=2011-06-15"
    return ForgeRequest(
      .post, url, headers: [("content-type", "application/x-www-form-urlencoded; charset=utf-8")],
      body: Array(form.utf8))
  }

  /// The keys in an answer, which is XML.
  static func keys(_ reply: ForgeReply) throws(GeneratorSourceError) -> AWSKeys {
    let text = String(decoding: reply.body, as: UTF8.self)
    guard let identifier = element("AccessKeyId", in: text), let secret = element("SecretAccessKey", in: text),
      let token = element("SessionToken", in: text)
    else { throw GeneratorSourceError(.unreadable, "the answer holds no keys of the role") }
    return AWSKeys(accessKeyID: identifier, secretAccessKey: secret, sessionToken: token)
  }

  private static func element(_ name: String, in text: String) -> String? {
    guard let start = text.firstRange(of: "<\(name)>"),
      let end = text[start.upperBound...].firstRange(of: "</\(name)>")
    else { return nil }
    var value = String(text[start.upperBound..<end.lowerBound])
    for (entity, character) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&amp;", "&")] {
      value = value.replacing(entity, with: character)
    }
    return value
  }
}
