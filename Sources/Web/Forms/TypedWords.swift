import Domain

/// What somebody has typed into any form of the site, in the words of its fields: for a page that can only show it to be copied.
enum TypedWords {
    /// Fields of every form, by their names; forms of dossiers put more before them.
    private static let labels: [String: String] = {
        let parts = Part.allCases.flatMap(\.fields) + Recommendation.fields + WorkUnit.lockedFields + WorkUnit.openFields + WorkUnit.detailFields
        let kinds = [UnitRequest.Kind.registration, .superior, .correction].flatMap(UnitRequest.fields)
        let others = [Circular.subjectField, Circular.bodyField, PassForm.opinion, StepWindow.deadline, PassForm.reason] + PersonReading.fields + PersonReading.administratorFields
        return Dictionary((others + kinds + parts).map { ($0.key, $0.label) }, uniquingKeysWith: { first, _ in first })
    }()

    /// Values that somebody has written or chosen by words, those of fields that are known, in the order of their labels; nothing of what a form carries by itself.
    static func told(of values: [String: String]) -> [(label: String, text: String)] {
        values.compactMap { key, value -> (label: String, text: String)? in
            guard !FormToken.keys.contains(key), value.trimmed.count > 1 else { return nil }
            if key.hasPrefix("remark."), let section = Section(rawValue: String(key.dropFirst("remark.".count))) { return ("修改意见：\(section.title)", value) }
            if key.hasPrefix("reason.") { return (PassForm.reason.label, value) }
            guard let label = labels[key] ?? key.split(separator: ".").last.flatMap({ labels[String($0)] }) else { return nil }
            return (label, value)
        }.sorted { ($0.label, $0.text) < ($1.label, $1.text) }
    }
}
