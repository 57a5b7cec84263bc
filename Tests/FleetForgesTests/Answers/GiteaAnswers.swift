import FleetTestSupport

/// Answers of Gitea's API (v1), composed field by field from its reference, https://docs.gitea.com/api/ (1.22).
enum GiteaAnswers {
  /// Paging: https://docs.gitea.com/development/api-usage#pagination
  static func headers(total: Int, next: String? = nil) -> [String: String] {
    var headers = ["content-type": "application/json;charset=utf-8", "x-total-count": "\(total)"]
    if let next { headers["link"] = #"<{base}\#(next)>; rel="next",<{base}\#(next)>; rel="last""# }
    return headers
  }

  /// `orgListRepos`, with a page that is empty because what was on it went away meanwhile.
  static let repositories: [Answer] = [
    Answer(
      "GET /api/v1/orgs/test-argocd/repos?limit=50&page=1",
      headers: headers(total: 3, next: "/api/v1/orgs/test-argocd/repos?limit=50&page=2"),
      body: "[\(repository(21_618, "pr-test"))]"),
    Answer(
      "GET /api/v1/orgs/test-argocd/repos?limit=50&page=2",
      headers: headers(total: 3, next: "/api/v1/orgs/test-argocd/repos?limit=50&page=3"),
      body: "[\(repository(21_619, "old", isArchived: true))]"),
    Answer("GET /api/v1/orgs/test-argocd/repos?limit=50&page=3", headers: headers(total: 2), body: "[]"),
  ]

  static func repository(_ id: Int, _ name: String, isArchived: Bool = false) -> String {
    #"""
    {"id": \#(id), "owner": {"id": 31480, "login": "test-argocd", "login_name": "", "full_name": "", "email": ""},
     "name": "\#(name)", "full_name": "test-argocd/\#(name)", "description": "", "empty": false, "private": false, "fork": false,
     "template": false, "parent": null, "mirror": false, "size": 28, "language": "",
     "html_url": "https://gitea.example.com/test-argocd/\#(name)", "link": "",
     "ssh_url": "git@gitea.example.com:test-argocd/\#(name).git", "clone_url": "https://gitea.example.com/test-argocd/\#(name).git",
     "default_branch": "main", "archived": \#(isArchived), "topics": [], "permissions": {"admin": false, "push": false, "pull": true}}
    """#
  }

  /// `issueListLabels`
  static let labels: [Answer] = [
    Answer(
      "GET /api/v1/repos/test-argocd/pr-test/labels?limit=50&page=1", headers: headers(total: 1),
      body:
        #"[{"id": 1, "name": "preview", "exclusive": false, "is_archived": false, "color": "00aabb", "description": "", "url": "https://gitea.example.com/api/v1/repos/test-argocd/pr-test/labels/1"}]"#
    ),
    Answer("GET /api/v1/repos/test-argocd/old/labels?limit=50&page=1", headers: headers(total: 0), body: "[]"),
  ]

  /// `repoGetBranch` and `repoListBranches`
  static let branches: [Answer] = [
    Answer("GET /api/v1/repos/test-argocd/pr-test/branches/main", headers: headers(total: 0), body: branch("main")),
    Answer(
      "GET /api/v1/repos/test-argocd/pr-test/branches?limit=50&page=1", headers: headers(total: 2),
      body: "[\(branch("main")), \(branch("feature/x"))]"),
  ]

  static func branch(_ name: String) -> String {
    #"""
    {"name": "\#(name)", "commit": {"id": "75f6fceff80f6aaf12b65a2cf6a89190b866625b", "message": "Initial commit\n",
       "url": "https://gitea.example.com/test-argocd/pr-test/commit/75f6fceff80f6aaf12b65a2cf6a89190b866625b",
       "author": {"name": "Dan", "email": "dan@example.com", "username": "graytshirt"}, "timestamp": "2022-03-30T13:24:37Z"},
     "protected": false, "required_approvals": 0, "enable_status_check": false, "user_can_push": false, "user_can_merge": false}
    """#
  }

  /// `repoGetContents`: a folder is a list, a file is a map.
  static let contents: [Answer] = [
    Answer(
      "GET /api/v1/repos/test-argocd/pr-test/contents/gitea?ref=main", headers: headers(total: 0),
      body: #"[{"name": "README.md", "path": "gitea/README.md", "sha": "0c4d3d4d", "type": "file", "size": 12}]"#),
    Answer(
      "GET /api/v1/repos/test-argocd/pr-test/contents/notathing?ref=main", status: 404, headers: headers(total: 0),
      body:
        #"{"errors": ["object does not exist [id: , rel_path: notathing]"], "message": "GetContentsOrList", "url": "https://gitea.example.com/api/swagger"}"#
    ),
  ]

  /// `repoListPullRequests`
  static let pullRequests: [Answer] = [
    Answer(
      "GET /api/v1/repos/test-argocd/pr-test/pulls?state=open&limit=50&page=1",
      headers: headers(total: 2, next: "/api/v1/repos/test-argocd/pr-test/pulls?limit=50&page=2&state=open"),
      body: "[\(pullRequest(1, "add an empty file", "test", labels: ["preview"]))]"),
    Answer(
      "GET /api/v1/repos/test-argocd/pr-test/pulls?limit=50&page=2&state=open", headers: headers(total: 2),
      body: "[\(pullRequest(2, "without a label", "other", labels: []))]"),
  ]

  static func pullRequest(_ number: Int, _ title: String, _ branch: String, labels: [String]) -> String {
    let labels = labels.map { #"{"id": 1, "name": "\#($0)", "color": "00aabb", "description": ""}"# }
    return #"""
      {"id": \#(2000 + number), "url": "https://gitea.example.com/test-argocd/pr-test/pulls/\#(number)", "number": \#(number),
       "user": {"id": 21, "login": "graytshirt", "full_name": "Dan", "email": "", "username": "graytshirt"},
       "title": "\#(title)", "body": "", "labels": [\#(labels.joined(separator: ", "))], "milestone": null, "state": "open",
       "is_locked": false, "comments": 0, "mergeable": true, "merged": false,
       "base": {"label": "main", "ref": "main", "sha": "72687815ccba81ef014a96201cc2e846a68789d8", "repo_id": 21618, "repo": null},
       "head": {"label": "\#(branch)", "ref": "\#(branch)", "sha": "7bbaf62d92ddfafd9cc8b340c619abaec32bc09f", "repo_id": 21618, "repo": null},
       "merge_base": "72687815ccba81ef014a96201cc2e846a68789d8"}
      """#
  }
}
