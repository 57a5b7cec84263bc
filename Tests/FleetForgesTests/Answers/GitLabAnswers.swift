import FleetTestSupport

/// Answers of GitLab's REST API (v4), composed field by field from its reference.
enum GitLabAnswers {
  /// Headers of offset pages: https://docs.gitlab.com/api/rest/#offset-based-pagination, with the limits of
  /// https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
  static func page(_ page: Int, next: Int?, link: String? = nil) -> [String: String] {
    var headers = [
      "content-type": "application/json", "x-page": "\(page)", "x-per-page": "100",
      "x-next-page": next.map(String.init) ?? "",
      "x-prev-page": page > 1 ? "\(page - 1)" : "", "x-total": "3", "x-total-pages": "3", "ratelimit-limit": "60",
      "ratelimit-name": "throttle_authenticated_web", "ratelimit-observed": "7", "ratelimit-remaining": "53",
      "ratelimit-reset": "1609844400",
    ]
    headers["link"] = link
    return headers
  }

  /// https://docs.gitlab.com/api/groups/#list-projects, with the links that the first page names in full.
  static let projects: [Answer] = [
    Answer(
      "GET /api/v4/groups/diaspora%2Fteam/projects?per_page=100&include_subgroups=true&with_shared=true&archived=false",
      headers: page(
        1, next: 2,
        link:
          #"<{base}/api/v4/groups/diaspora%2Fteam/projects?archived=false&id=diaspora%2Fteam&include_subgroups=true&page=2&per_page=100&with_shared=true>; rel="next", <{base}/api/v4/groups/diaspora%2Fteam/projects?page=1&per_page=100>; rel="first""#
      ),
      body: "[\(project(4, "diaspora-client", topics: ["example", "disapora client"]))]"),
    Answer(
      "GET /api/v4/groups/diaspora%2Fteam/projects?archived=false&id=diaspora%2Fteam&include_subgroups=true&page=2&per_page=100&with_shared=true",
      headers: page(2, next: 3), body: "[\(project(9, "html5-boilerplate", tagList: ["old"]))]"),
    Answer(
      "GET /api/v4/groups/diaspora%2Fteam/projects?archived=false&id=diaspora%2Fteam&include_subgroups=true&page=3&per_page=100&with_shared=true",
      headers: page(3, next: nil), body: "[]"),
  ]

  static func project(_ id: Int, _ path: String, topics: [String] = [], tagList: [String] = []) -> String {
    func list(_ texts: [String]) -> String { texts.map { "\"\($0)\"" }.joined(separator: ", ") }
    return #"""
      {"id": \#(id), "description": null, "default_branch": "main", "tag_list": [\#(list(tagList))], "topics": [\#(list(topics))],
       "archived": false, "visibility": "internal", "ssh_url_to_repo": "git@gitlab.example.com:diaspora/team/\#(path).git",
       "http_url_to_repo": "https://gitlab.example.com/diaspora/team/\#(path).git",
       "web_url": "https://gitlab.example.com/diaspora/team/\#(path)", "name": "\#(path.uppercased())",
       "name_with_namespace": "Diaspora / Team / \#(path)", "path": "\#(path)",
       "path_with_namespace": "diaspora/team/\#(path)", "issues_enabled": true, "created_at": "2016-04-05T21:40:50.169Z",
       "namespace": {"id": 5, "name": "Team", "path": "team", "kind": "group", "full_path": "diaspora/team", "parent_id": 3},
       "star_count": 1, "forks_count": 0, "shared_with_groups": []}
      """#
  }

  /// https://docs.gitlab.com/api/branches/#get-single-repository-branch and its 404.
  static let defaultBranches: [Answer] = [
    Answer(
      "GET /api/v4/projects/4/repository/branches/main", headers: ["content-type": "application/json"],
      body: branch("main", "7b5c3cc8be40ee161ae89a06bba6229da1032a0c")),
    Answer(
      "GET /api/v4/projects/9/repository/branches/main", status: 404, headers: ["content-type": "application/json"],
      body: #"{"message": "404 Branch Not Found"}"#),
  ]

  static func branch(_ name: String, _ commit: String) -> String {
    #"""
    {"name": "\#(name)", "merged": false, "protected": true, "default": true, "developers_can_push": false,
     "developers_can_merge": false, "can_push": true, "web_url": "https://gitlab.example.com/x/-/tree/\#(name)",
     "commit": {"id": "\#(commit)", "short_id": "7b5c3cc", "created_at": "2024-06-28T03:44:20-07:00",
       "parent_ids": ["4ad91d3c1144c406e50c7b33bae684bd6837faf8"], "title": "add projects API",
       "message": "add projects API", "author_name": "John Smith", "author_email": "john@example.com"}}
    """#
  }

  /// https://docs.gitlab.com/api/branches/#list-repository-branches, by key set: the Link header alone says where it goes on
  /// (https://docs.gitlab.com/api/rest/#keyset-based-pagination).
  static let allBranches: [Answer] = [
    Answer(
      "GET /api/v4/projects/4/repository/branches?per_page=100",
      headers: [
        "content-type": "application/json",
        "link": #"<{base}/api/v4/projects/4/repository/branches?page_token=main&per_page=100>; rel="next""#,
      ], body: "[\(branch("main", "7b5c3cc8be40ee161ae89a06bba6229da1032a0c"))]"),
    Answer(
      "GET /api/v4/projects/4/repository/branches?page_token=main&per_page=100",
      headers: ["content-type": "application/json"],
      body: "[\(branch("topic/one", "27329d3afac51fbf2762428e12f2635d1137c549"))]"),
  ]

  /// https://docs.gitlab.com/api/repositories/#list-repository-tree
  static let tree: [Answer] = [
    Answer(
      "GET /api/v4/projects/4/repository/tree?path=deploy&ref=main&per_page=100", headers: page(1, next: 2),
      body:
        #"[{"id": "a1e8f8d745cc87e3a9248358d9352bb7f9a0aeba", "name": "html", "type": "tree", "path": "deploy/html", "mode": "040000"}]"#
    ),
    Answer(
      "GET /api/v4/projects/4/repository/tree?path=deploy&ref=main&per_page=100&page=2", headers: page(2, next: nil),
      body:
        #"[{"id": "4535904260b1082e14f867f7a24fd8c21495bde3", "name": "prod.yaml", "type": "blob", "path": "deploy/prod.yaml", "mode": "100644"}]"#
    ),
    Answer(
      "GET /api/v4/projects/4/repository/tree?path=none&ref=main&per_page=100", status: 404,
      headers: ["content-type": "application/json"], body: #"{"message": "404 Tree Not Found"}"#),
  ]

  /// https://docs.gitlab.com/api/merge_requests/#list-project-merge-requests
  static let mergeRequests: [Answer] = [
    Answer(
      "GET /api/v4/projects/diaspora%2Fteam/merge_requests?per_page=100&labels=preview&state=opened",
      headers: page(1, next: 2), body: "[\(mergeRequest(1, "test1", "test1"))]"),
    Answer(
      "GET /api/v4/projects/diaspora%2Fteam/merge_requests?per_page=100&labels=preview&state=opened&page=2",
      headers: page(2, next: 3), body: "[\(mergeRequest(2, "test2", "feature/two"))]"),
    Answer(
      "GET /api/v4/projects/diaspora%2Fteam/merge_requests?per_page=100&labels=preview&state=opened&page=3",
      headers: page(3, next: nil), body: "[]"),
  ]

  static func mergeRequest(_ number: Int, _ title: String, _ branch: String) -> String {
    #"""
    {"id": \#(number + 100), "iid": \#(number), "project_id": 3, "title": "\#(title)", "description": "fixed login page css paddings",
     "state": "opened", "created_at": "2017-04-29T08:46:00Z", "target_branch": "main", "source_branch": "\#(branch)",
     "upvotes": 0, "downvotes": 0, "author": {"id": 1, "name": "Administrator", "username": "admin", "state": "active"},
     "source_project_id": 2, "target_project_id": 3, "labels": ["Community contribution", "preview"], "draft": false,
     "merge_status": "can_be_merged", "sha": "8888888888888888888888888888888888888888", "merge_commit_sha": null}
    """#
  }

  /// https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/#response-headers
  static func limitReached(reset: Int64) -> Answer {
    Answer(
      "GET /api/v4/projects/diaspora%2Fteam/merge_requests?per_page=100", status: 429,
      headers: [
        "content-type": "text/plain", "ratelimit-limit": "60", "ratelimit-name": "throttle_authenticated_web",
        "ratelimit-observed": "67", "ratelimit-remaining": "0", "ratelimit-reset": "\(reset)", "retry-after": "30",
      ], body: "Retry later\n")
  }

  /// https://docs.gitlab.com/api/rest/troubleshooting/#status-codes
  static let noProject = Answer(
    "GET /api/v4/projects/diaspora%2Fteam/merge_requests?per_page=100", status: 404,
    headers: ["content-type": "application/json"], body: #"{"message": "404 Project Not Found"}"#)
}
