import Manifest

/// What cases ask for, by name.
enum Operations {
  typealias Run = @Sendable (Case) throws(Refused) -> Node

  static let all: [String: Run] = [
    // generators
    "generateParams": generateParameters, "transformGenerator": generateParameters,
    "interpolateGenerator": interpolateGenerator, "appendValues": appendValues,
    "paramSetsByMergeKey": parameterSetsByMergeKey, "combineStringMaps": combineStringMaps,
    "requeueAfter": requeueAfter, "filterScmRepos": filterRepositories, "filterPullRequests": filterPullRequests,
    "appsetsForClusterEvent": setsForClusterEvent,
    // templates
    "renderString": renderString, "normalize": normalize, "slugify": slugify,
    // Applications
    "renderApplication": renderApplication, "applyTemplatePatch": applyTemplatePatch, "mergeTemplate": mergeTemplate,
    "generateApplications": generateApplications, "validateApplications": validateApplications,
    "lifecycle": lifecycle,
    // sets
    "checkGenerators": checkGenerators, "buildSteps": buildSteps, "maxUpdateLimit": maximumUpdate,
    "promoteToPending": promoteToPending,
    // windows
    "canSync": canSync, "windowActive": windowActive, "activeWindows": activeWindows,
    "inactiveAllowWindows": inactiveAllowWindows,
    // objects
    "resourceHealth": resourceHealth,
  ]
}
