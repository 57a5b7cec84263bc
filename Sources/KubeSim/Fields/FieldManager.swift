import Manifest

/// Works out who owns which field after a write.
///
/// Behaviour by exchanges 039-049, 060, 061, 069, 070: applies conflict with other owners of a changed value, updates
/// take fields over, and a field leaves the object when its last applier leaves it out.
struct FieldManager {
  let type: FieldType
  let apiVersion: String
  let subresource: String
  /// Fields which the endpoint ignores (`status` on the main one, all but it on the status one).
  let ignored: FieldSet
  let now: String

  /// Fields that belong to the server and are owned by nobody.
  private static let serverFields: FieldSet = {
    var set = FieldSet()
    for field in ["f:apiVersion", "f:kind"] { set.insert([field]) }
    for field in [
      "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
      "resourceVersion",
    ] { set.insert(["f:metadata", "f:" + field]) }
    return set
  }()

  private func strip(_ set: FieldSet) -> FieldSet {
    var stripped = set.subtractingTrees(Self.serverFields).subtractingTrees(ignored)
    // The mere presence of metadata is nobody's.
    stripped.members.remove("f:metadata")
    return stripped
  }

  private static func bare(_ object: Node) -> Node {
    var bare = object
    if var metadata = bare["metadata"] {
      metadata["managedFields"] = nil
      bare["metadata"] = metadata
    }
    return bare
  }

  /// The empty object against which a creation is compared.
  var emptyObject: Node {
    if case .structure(let structure) = type { structure.emptyForm } else { ["metadata": [:]] }
  }

  /// The owners after an update (POST, PUT, or any patch but an apply).
  func update(live: Node?, new: Node, owners: ManagedFields, manager: String) -> ManagedFields {
    let identity = FieldOwner.Identity(
      manager: manager, operation: "Update", apiVersion: apiVersion, subresource: subresource)
    // An object without owners is not tracked until its first apply (exchanges 049 and 081).
    if live != nil, owners.owners.isEmpty { return owners }
    let before = Self.bare(live.map(withEmptyForms) ?? emptyObject)
    let comparison = FieldComparison(from: before, to: Self.bare(new), type: type)
    let changed = comparison.modified.union(comparison.added)
    var result = owners
    for owner in owners.owners where owner.identity != identity {
      let kept = owner.fields.subtracting(changed).subtracting(comparison.removed)
      if kept != owner.fields, let index = result.index(owner.identity) {
        // Losing fields does not touch the time of an entry (exchange 045).
        if kept.isEmpty { result.owners.remove(at: index) } else { result.owners[index].fields = kept }
      }
    }
    // Entries of the scale subresource have no time (exchange 061).
    let taken = strip(changed)
    let mine = (owners[identity] ?? FieldSet()).subtracting(comparison.removed).union(taken)
    result.set(identity, mine, time: taken.isEmpty || subresource == "scale" ? nil : now)
    result.limitUpdates()
    return result
  }

  private func withEmptyForms(_ object: Node) -> Node {
    guard case .structure(let structure) = type else { return object }
    return Self.fill(object, structure)
  }

  private static func fill(_ object: Node, _ structure: StructureType) -> Node {
    guard var filled = object.object else { return object }
    for field in structure.alwaysPresent.sorted() {
      if case .structure(let inner) = structure.type(of: field) {
        filled[field] = fill(filled[field] ?? Node(.object(Object())), inner)
      } else if filled[field] == nil {
        filled[field] = StructureType.emptyForm(structure.type(of: field))
      }
    }
    return Node(.object(filled))
  }

  /// The object and the owners after an apply.
  /// - Throws: `APIFailure` 409 with a cause per conflicting field.
  /// - Parameter yielding: fields that may be taken over without force, when no others conflict (exchange 047).
  func apply(
    live: Node?, applied: Node, owners: ManagedFields, manager: String, force: Bool, yielding: FieldSet? = nil
  ) throws(APIFailure) -> (object: Node, owners: ManagedFields) {
    let identity = FieldOwner.Identity(
      manager: manager, operation: "Apply", apiVersion: apiVersion, subresource: subresource)
    var result = owners
    if let live, owners.owners.isEmpty, !FieldSet(of: Self.bare(live), type: type).isEmpty {
      // An object from before managed fields: its fields go to an owner of their own (exchange 048, case 14).
      let everything = strip(FieldComparison(from: emptyObject, to: Self.bare(live), type: type).added)
      result.set(
        .init(manager: "before-first-apply", operation: "Update", apiVersion: apiVersion, subresource: ""), everything,
        time: now)
    }
    let applied = Self.bare(applied)
    // A key field that the document leaves out means its default.
    let before = live.map(Self.bare)
    let mine = strip(FieldSet(of: applied, type: type))
    let previous = result[identity]
    let merged = mergeApplied(before, ignoredFieldsRemoved(applied), type) ?? applied
    result.set(identity, mine, time: nil)
    let pruned = prune(merged, owners: result, previous: previous)

    let comparison = FieldComparison(from: before ?? emptyObject, to: pruned, type: type)
    let changed = comparison.modified.union(comparison.added)
    var conflicts: [(FieldOwner, [[String]])] = []
    for owner in result.sorted where owner.identity != identity {
      let common = owner.fields.intersection(changed)
      if !common.isEmpty {
        if force {
          shrink(owner, to: owner.fields.subtracting(common), in: &result)
        } else {
          conflicts.append((owner, common.paths))
        }
      }
      if let fields = result[owner.identity] {
        shrink(owner, to: fields.subtracting(comparison.removed), in: &result)
      }
    }
    if !conflicts.isEmpty {
      guard let yielding, conflicts.allSatisfy({ $0.1.allSatisfy { path in yielding.contains(path) } }) else {
        throw Self.conflictFailure(conflicts)
      }
      for (owner, paths) in conflicts {
        var lost = FieldSet()
        for path in paths { lost.insert(path) }
        if let fields = result[owner.identity] { shrink(owner, to: fields.subtracting(lost), in: &result) }
      }
    }
    return (pruned, result)
  }

  private func ignoredFieldsRemoved(_ applied: Node) -> Node {
    removeFields(applied, ignored, .structure(StructureType(fields: [:]))) ?? applied
  }

  private func shrink(_ owner: FieldOwner, to fields: FieldSet, in owners: inout ManagedFields) {
    guard let index = owners.index(owner.identity), owners.owners[index].fields != fields else { return }
    if fields.isEmpty { owners.owners.remove(at: index) } else { owners.owners[index].fields = fields }
  }

  /// Takes away what the manager applied before and no longer does, unless someone else owns it.
  private func prune(_ merged: Node, owners: ManagedFields, previous: FieldSet?) -> Node {
    guard let previous, !previous.isEmpty else { return merged }
    let previousWhole = previous.withNamedFields(type)
    let all = FieldSet(of: merged, type: type).withNamedFields(type)
    var pruned = removeFields(merged, previousWhole, type) ?? Node(.object(Object()))

    var managed = FieldSet()
    for owner in owners.owners { managed = managed.union(owner.fields) }
    let afterPrune = FieldSet(of: pruned, type: type).withNamedFields(type)
    pruned =
      removeFields(merged, all.subtracting(afterPrune).subtracting(managed.withNamedFields(type)), type)
      ?? Node(.object(Object()))

    let afterOwned = FieldSet(of: pruned, type: type).withNamedFields(type)
    return removeFields(merged, all.subtracting(afterOwned).intersection(previousWhole), type)
      ?? Node(.object(Object()))
  }

  private static func conflictFailure(_ conflicts: [(FieldOwner, [[String]])]) -> APIFailure {
    let causes = conflicts.flatMap { owner, paths in
      paths.map { path in
        FieldCause(
          reason: "FieldManagerConflict", message: "conflict with \(owner.description)",
          field: FieldSet.describe(path)
        ).document
      }
    }
    var message = "Apply failed with \(causes.count) conflict\(causes.count == 1 ? "" : "s"): "
    if causes.count == 1 {
      message += "conflict with \(conflicts[0].0.description): \(FieldSet.describe(conflicts[0].1[0]))"
    } else {
      message += conflicts.map { owner, paths in
        "conflicts with \(owner.description):" + paths.map { "\n- " + FieldSet.describe($0) }.joined()
      }.joined(separator: "\n")
    }
    return APIFailure(409, "Conflict", message, details: ["causes": Node(.array(causes))])
  }
}
