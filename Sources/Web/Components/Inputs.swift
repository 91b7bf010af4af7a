import Domain
import Markup

/// The problems of a form, by the names of its fields.
struct Complaints: Sendable {
    let problems: [FieldProblem]

    static let none = Complaints(problems: [])

    func of(_ name: String) -> String? { problems.first { $0.field == name }?.message }

    /// The summary on top of a form, with links to the fields.
    var summary: HTML {
        guard !problems.isEmpty else { return .empty }
        return """
            <div class="notice error" role="alert" tabindex="-1" data-focus><h2>有 \(problems.count) 处需要修改</h2>\
            <ul>\(problems.map { "<li><a href=\"#\($0.field)\">\($0.message)</a></li>" as HTML })</ul></div>
            """
    }
}

/// The button that Enter presses in a form of several: the first in it, seen by nobody, so that Enter neither decides nor deletes.
func defaultButton(_ action: String) -> HTML {
    "<button class=\"unseen\" name=\"action\" value=\"\(action)\" tabindex=\"-1\" aria-hidden=\"true\">\(action)</button>"
}

/// One field of a form, with its label, its hint and what is wrong with it.
struct FieldInput {
    let field: Field
    let name: String
    let value: String
    let complaint: String?
    let reference: Reference
    /// Before the name, where several forms of a page have fields of one name.
    let prefix: String

    init(_ field: Field, name: String, value: String, complaints: Complaints, reference: Reference, prefix: String = "") {
        self.field = field
        self.name = name
        self.value = value
        complaint = complaints.of(name)
        self.reference = reference
        self.prefix = prefix
    }

    private var id: String { prefix + name }

    var html: HTML {
        """
        <div class="field\(isWide ? " wide" as HTML : .empty)\(complaint == nil ? .empty : " wrong" as HTML)"><label for="\(id)">\(field.label)\(star)</label>\(control)\(below)</div>
        """
    }

    private var star: HTML { field.required ? "<span class=\"star\" aria-hidden=\"true\">★</span>" : .empty }

    private var isWide: Bool { if case .text = field.kind { true } else { false } }

    /// Attributes that every kind of control has.
    private var attributes: HTML {
        let describes = complaint != nil || !field.hint.isEmpty
        return """
            id="\(id)" name="\(name)"\(field.required ? " aria-required=\"true\"" as HTML : .empty)\
            \(complaint == nil ? .empty : " aria-invalid=\"true\"" as HTML)\(describes ? " aria-describedby=\"\(id)-note\"" as HTML : .empty)
            """
    }

    private var control: HTML {
        switch field.kind {
        case .line: "<input type=\"text\" \(attributes) value=\"\(value)\" autocomplete=\"off\">"
        case .day: "<input type=\"text\" \(attributes) value=\"\(value)\" inputmode=\"numeric\" placeholder=\"2026-01-31\" autocomplete=\"off\" data-date>"
        case .month: "<input type=\"text\" \(attributes) value=\"\(value)\" inputmode=\"numeric\" placeholder=\"2026-01\" autocomplete=\"off\">"
        case .number: "<input type=\"text\" \(attributes) value=\"\(value)\" inputmode=\"numeric\" autocomplete=\"off\">"
        case .telephone: "<input type=\"tel\" \(attributes) value=\"\(value)\" autocomplete=\"off\">"
        case .email: "<input type=\"email\" \(attributes) value=\"\(value)\" autocomplete=\"off\">"
        // The line end after the tag is dropped by browsers, so that a text may itself begin with one.
        case .text(let most): "<textarea \(attributes) rows=\"\(most > 3000 ? 14 : 5)\" data-most=\"\(most)\">\n\(value)</textarea>"
        case .choice(.regions): "<select \(attributes)><option value=\"\">请选择</option>\(reference.regionGroups.map(group))</select>"
        case .choice(.titles):
            """
            <select \(attributes)><option value="">请选择</option>\(reference.titlesBySeries.map { series, titles in
                """
                <optgroup label="\(series)">\(titles.map {
                    "<option value=\"\($0.code)\"\(" selected", if: $0.code == value)>\($0.name)（\($0.levelName)）</option>" as HTML
                })</optgroup>
                """ as HTML
            })</select>
            """
        case .choice(let list): select(reference.codes(list))
        }
    }

    /// A prefecture with its counties: two hundred places are chosen from as a cascade, without any script.
    private func group(_ group: Reference.RegionGroup) -> HTML {
        """
        <optgroup label="\(group.name)">\(group.regions.map {
            "<option value=\"\($0.code)\"\(" selected", if: $0.code == value)>\($0.affiliation)</option>" as HTML
        })</optgroup>
        """
    }

    private func select(_ codes: [Reference.Code]) -> HTML {
        """
        <select \(attributes)><option value="">请选择</option>\(codes.map {
            "<option value=\"\($0.code)\"\(" selected", if: $0.code == value)>\($0.name)</option>" as HTML
        })</select>
        """
    }

    private var below: HTML {
        if let complaint { return "<p class=\"complaint\" id=\"\(id)-note\">\(complaint)</p>" }
        return field.hint.isEmpty ? .empty : "<p class=\"hint\" id=\"\(id)-note\">\(field.hint)</p>"
    }
}
