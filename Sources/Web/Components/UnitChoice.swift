import Domain
import Markup
import Storage

/// A unit, found by name or credit code and chosen among what was found; works without scripts, by a button that shows the form again.
struct UnitChoice {
    /// Of the field, and of the fieldset.
    let name: String
    let label: String
    let hint: String
    /// What is said where a search finds nothing.
    let none: String
    let chosen: Unit?
    let found: [Unit]
    let search: String
    let complaint: String?
    /// Of the search's field and of its button, where a form has several.
    var suffix = ""

    /// A unit with the names above it.
    struct Unit: Sendable {
        let unit: WorkUnit
        let above: [String]

        init(unit: WorkUnit, above: [String]) {
            self.unit = unit
            self.above = above
        }

        /// The unit of this id; nil for none.
        init?(_ id: ID<WorkUnit>?, _ connection: any Storage.Connection) throws {
            guard let id, let unit = try connection.unit(id) else { return nil }
            self.init(unit: unit, above: try connection.path(from: id).dropFirst().reversed().map(\.name))
        }
    }

    var html: HTML {
        """
        <fieldset id="\(name)"\(complaint == nil ? .empty : " class=\"wrong\"" as HTML)\(search.isEmpty ? .empty : " tabindex=\"-1\" data-focus" as HTML)><legend>\(label)<span class="star" aria-hidden="true">★</span></legend>\
        <p class="hint">\(hint)</p>\(kept)\
        <div class="finder"><label for="search\(suffix)">查找</label><input type="search" id="search\(suffix)" name="search\(suffix)" value="\(search)" placeholder="单位名称的一部分，或统一社会信用代码" maxlength="50">\
        <button name="action" value="find\(suffix)"\(suffix.isEmpty ? .empty : " aria-label=\"查找\(label)\"" as HTML)>查找单位</button></div>\(results)\(complaint.map { "<p class=\"complaint\">\($0)</p>" as HTML })</fieldset>
        """
    }

    private var kept: HTML {
        guard let chosen, !found.contains(where: { $0.unit.id == chosen.unit.id }) else { return .empty }
        return "<ul class=\"choices\">\(option(chosen, isChosen: true))</ul>"
    }

    private var results: HTML {
        guard !search.trimmed.isEmpty else { return .empty }
        guard !found.isEmpty else { return "<p class=\"none\" role=\"status\">\(none)</p>" }
        return "<div role=\"status\"><ul class=\"choices\">\(found.map { option($0, isChosen: $0.unit.id == chosen?.unit.id) })</ul></div>"
    }

    private func option(_ choice: Unit, isChosen: Bool) -> HTML {
        """
        <li class="check"><input type="radio" id="\(name)-\(choice.unit.id.text)" name="\(name)" value="\(choice.unit.id.text)"\(" checked", if: isChosen)>\
        <label for="\(name)-\(choice.unit.id.text)">\(choice.unit.name)<small>\(choice.above.isEmpty ? "职称授权管理单位" : choice.above.joined(separator: " › "))</small></label></li>
        """
    }
}
