public import FleetDocuments
public import FleetModel
public import Manifest

/// What came of generating the Applications of an ApplicationSet.
public enum ApplicationExpansion: Sendable {
  /// An Application with what made it.
  public struct Application: Hashable, Sendable {
    /// The document.
    public var document: Node
    /// What made it.
    public var origin: TargetOrigin

    /// Makes an Application.
    public init(document: Node, origin: TargetOrigin) {
      self.document = document
      self.origin = origin
    }
  }

  /// These answers are needed first.
  case needs([GeneratorRequest])
  /// The Applications in the order of the generators; problems are warnings.
  case applications([Application], problems: [Diagnostic])
  /// At least one problem is an error.
  case failed([Diagnostic])
}

/// The Applications that an ApplicationSet makes, as Argo CD would (GENERATORS 3), in an order that does not change.
///
/// - Parameters:
///   - definition: the set, which must have a template for Applications.
///   - inventory: Argo CD's clusters.
///   - answers: what the world said to the requests that earlier calls returned.
///   - time: what time it is in templates.
///   - file: the document's file, for messages.
public func applications(
  of definition: FleetSetDefinition, inventory: Inventory, answers: [GeneratorRequest: GeneratorAnswer] = [:],
  time: TemplateTime = .unknown, file: String = ""
) -> ApplicationExpansion {
  guard case .application(let template) = definition.template else {
    return .failed([
      Diagnostic(file: file, field: "spec.template", message: "a FleetSet makes targets, no Applications")
    ])
  }
  let generated = generate(definition, inventory: inventory, answers: answers, file: file)
  if !generated.needs.isEmpty { return .needs(generated.needs) }
  var problems = Problems(file: file)
  var moments = TargetMoments(setName: template.setName, time: time, answers: answers)
  var made: [ApplicationExpansion.Application] = []
  for entry in generated.entries {
    problems.add(entry.problems)
    guard
      let compiled = CompiledApplication(
        template, own: entry.entry.template, language: definition.language, problems: &problems)
    else { continue }
    made.reserveCapacity(made.count + entry.sets.count)
    for set in entry.sets {
      let origin = TargetOrigin(generator: entry.index, source: set.source)
      if let document = compiled.render(set, origin: origin, moments: &moments, problems: &problems) {
        made.append(.init(document: document, origin: origin))
      }
    }
  }
  if !moments.needs.isEmpty { return .needs(moments.needs) }
  return problems.hasErrors
    ? .failed(problems.diagnostics) : .applications(made, problems: problems.diagnostics)
}
