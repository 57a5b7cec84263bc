import FleetPrograms
import Foundation
import NIOSSL

/// Certificates for one test, made by `openssl` in a folder of their own.
struct Certificates {
  let folder: URL

  /// An authority, a server's certificate for names such as `DNS:k.test` and a client's for `deployer`.
  init(server: String) async throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("certificates-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try await openssl("req", "-x509", "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca.pem", "-days", "2")
    for (name, subject, extensions) in [
      ("server", "/CN=server", "subjectAltName=\(server)"), ("client", "/CN=deployer", "extendedKeyUsage=clientAuth"),
    ] {
      try await openssl("req", "-subj", subject, "-keyout", "\(name).key", "-out", "\(name).csr")
      try Data(extensions.utf8).write(to: folder.appendingPathComponent("\(name).ext"))
      try await openssl(
        "x509", "-req", "-in", "\(name).csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-set_serial", "1", "-days", "2",
        "-extfile", "\(name).ext", "-out", "\(name).pem")
    }
  }

  func bytes(_ name: String) throws -> [UInt8] { Array(try Data(contentsOf: folder.appendingPathComponent(name))) }
  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// What a server speaks TLS with.
  func serverTLS(asksForClient: Bool = false) throws -> TLSConfiguration {
    let chain = try NIOSSLCertificate.fromPEMBytes(bytes("server.pem")).map { NIOSSLCertificateSource.certificate($0) }
    let key = try NIOSSLPrivateKey(bytes: bytes("server.key"), format: .pem)
    var tls = TLSConfiguration.makeServerConfiguration(certificateChain: chain, privateKey: .privateKey(key))
    if asksForClient {
      tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(bytes("ca.pem")))
      tls.certificateVerification = .noHostnameVerification
    }
    return tls
  }

  private func openssl(_ arguments: String...) async throws {
    var arguments = arguments
    if arguments[0] == "req" { arguments += ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"] }
    let result = try await Program.run(
      "openssl", arguments: arguments, workingDirectory: folder.path, timeLimit: .seconds(60),
      outputLimitBytes: 1 << 20)
    guard result.isSuccess else { throw Failure(description: result.errorText) }
  }

  struct Failure: Error, CustomStringConvertible { var description: String }
}
