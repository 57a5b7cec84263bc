import FleetTestSupport

/// Answers of the Azure DevOps Services REST API (7.1), composed field by field from its reference,
/// https://learn.microsoft.com/en-us/rest/api/azure/devops/git/?view=azure-devops-rest-7.1
enum AzureDevOpsAnswers {
  static let json = ["content-type": "application/json; charset=utf-8; api-version=7.1"]
  static let id = "5febef5a-833d-4e14-b9c0-14cb638f91e6"

  /// Repositories - List: one answer, no pages.
  static let repositories = Answer(
    "GET /fabrikam/Fabrikam-Fiber-Git/_apis/git/repositories?api-version=7.1", headers: json,
    body: #"""
      {"value": [\#(repository(id, "AnotherRepository", branch: "refs/heads/main")),
                 \#(repository("278d5cd2-584d-4b63-824a-2ba458937249", "Empty", branch: nil))], "count": 2}
      """#)

  static func repository(_ id: String, _ name: String, branch: String?) -> String {
    #"""
    {"id": "\#(id)", "name": "\#(name)", "url": "https://dev.azure.com/fabrikam/_apis/git/repositories/\#(id)",
     "project": {"id": "6ce954b1-ce1f-45d1-b94d-e6bf2464ba2c", "name": "Fabrikam-Fiber-Git", "state": "wellFormed", "visibility": "private"},
     \#(branch.map { "\"defaultBranch\": \"\($0)\"," } ?? "") "size": 0, "isDisabled": false, "isInMaintenance": false,
     "remoteUrl": "https://dev.azure.com/fabrikam/Fabrikam-Fiber-Git/_git/\#(name)",
     "sshUrl": "git@ssh.dev.azure.com:v3/fabrikam/Fabrikam-Fiber-Git/\#(name)",
     "webUrl": "https://dev.azure.com/fabrikam/Fabrikam-Fiber-Git/_git/\#(name)"}
    """#
  }

  /// Stats - Get and Stats - List.
  static let branches: [Answer] = [
    Answer(
      "GET /fabrikam/Fabrikam-Fiber-Git/_apis/git/repositories/AnotherRepository/stats/branches?name=main&api-version=7.1",
      headers: json, body: branch("main")),
    Answer(
      "GET /fabrikam/Fabrikam-Fiber-Git/_apis/git/repositories/AnotherRepository/stats/branches?api-version=7.1",
      headers: json,
      body: #"{"value": [\#(branch("main")), \#(branch("feature/one"))], "count": 2}"#),
  ]

  static func branch(_ name: String) -> String {
    #"""
    {"commit": {"commitId": "67cae2b029dff7eb3dc062b49403aaedca5bad8d", "author": {"name": "Norman Paulk", "email": "norman@example.com",
       "date": "2014-01-29T23:48:40Z"}, "committer": {"name": "Norman Paulk", "date": "2014-01-29T23:48:40Z"}, "comment": "home page"},
     "name": "\#(name)", "aheadCount": 0, "behindCount": 0, "isBaseVersion": true}
    """#
  }

  /// Items - Get; and its error, whose form is that of https://learn.microsoft.com/en-us/azure/devops/integrate/concepts/rest-api-methods
  static let items: [Answer] = [
    Answer(
      "GET /fabrikam/Fabrikam-Fiber-Git/_apis/git/repositories/\(id)/items?path=deploy/prod.yaml&versionDescriptor.version=main&versionDescriptor.versionType=branch&api-version=7.1",
      headers: json,
      body:
        #"{"objectId": "61a86fdaa79e5c6f5fb6e4026508489feb6ed92c", "gitObjectType": "blob", "commitId": "23d0bc5b128a10056dc68afece360d8a0fabb014", "path": "/deploy/prod.yaml"}"#
    ),
    Answer(
      "GET /fabrikam/Fabrikam-Fiber-Git/_apis/git/repositories/\(id)/items?path=none&versionDescriptor.version=main&versionDescriptor.versionType=branch&api-version=7.1",
      status: 404, headers: json,
      body:
        #"{"$id": "1", "innerException": null, "message": "TF401174: The item '/none' could not be found in the repository 'AnotherRepository' at the version specified by '<Branch: main >'.", "typeName": "Microsoft.TeamFoundation.Git.Server.GitItemNotFoundException, Microsoft.TeamFoundation.Git.Server", "typeKey": "GitItemNotFoundException", "errorCode": 0, "eventId": 3000}"#
    ),
  ]

  /// Pull Requests - Get Pull Requests: pages by `$top` and `$skip`, the last one is empty.
  static func pullRequests(pageSize: Int = 100) -> [Answer] {
    let path = "GET /fabrikam/Fabrikam-Fiber-Git/_apis/git/repositories/AnotherRepository/pullrequests"
    let query = "searchCriteria.status=active&$top=\(pageSize)"
    func page(_ skip: Int, _ numbers: Range<Int>) -> Answer {
      Answer(
        "\(path)?\(query)&$skip=\(skip)&api-version=7.1", headers: json,
        body: #"{"value": [\#(numbers.map(pullRequest).joined(separator: ", "))], "count": \#(numbers.count)}"#)
    }
    return [page(0, 0..<pageSize), page(pageSize, pageSize..<2 * pageSize), page(2 * pageSize, 0..<0)]
  }

  static func pullRequest(_ number: Int) -> String {
    let labels =
      number % 2 == 0 ? #""labels": [{"id": "b3d5a6f5", "name": "preview", "active": true}],"# : ""
    return #"""
      {"repository": {"id": "\#(id)", "name": "AnotherRepository"}, "pullRequestId": \#(number), "codeReviewId": \#(number), "status": "active",
       "createdBy": {"id": "d6245f20", "displayName": "Norman Paulk", "uniqueName": "fabrikamfiber16@hotmail.com"},
       "creationDate": "2016-11-01T16:30:31.6655471Z", "title": "A new feature \#(number)", "description": "Adding a new feature",
       "sourceRefName": "refs/heads/npaulk/feature-\#(number)", "targetRefName": "refs/heads/main", "mergeStatus": "queued", \#(labels)
       "lastMergeSourceCommit": {"commitId": "b60280bc6e62e2f880f1b63c1e24987664d3bda3"},
       "lastMergeTargetCommit": {"commitId": "f47bbc106853afe3c1b07a81754bce5f4b8dbf62"}, "reviewers": []}
      """#
  }

  /// A token that is not taken is answered with the page of the sign-in and 203:
  /// https://learn.microsoft.com/en-us/azure/devops/integrate/get-started/authentication/authentication-guidance
  static let signIn = Answer(
    "GET /fabrikam/Fabrikam-Fiber-Git/_apis/git/repositories?api-version=7.1", status: 203,
    headers: ["content-type": "text/html; charset=utf-8"],
    body: "<html><title>Azure DevOps Services | Sign In</title></html>")

  /// https://learn.microsoft.com/en-us/azure/devops/integrate/concepts/rate-limits#api-client-experience
  static let limitReached = Answer(
    "GET /fabrikam/Fabrikam-Fiber-Git/_apis/git/repositories?api-version=7.1", status: 429,
    headers: json + [
      "retry-after": "41", "x-ratelimit-resource": "Concurrency", "x-ratelimit-remaining": "0",
      "x-ratelimit-reset": "1503520410",
    ],
    body:
      #"{"$id": "1", "message": "Request was blocked due to exceeding usage of resource 'Concurrency' in namespace 'User'.", "typeKey": "RequestBlockedException"}"#
  )
}
