import Testing

@testable import Domain

@Suite struct ComparisonTests {
    private static func file(_ name: String) -> Domain.Attachment {
        Domain.Attachment(id: id(1), name: name, digest: String(repeating: "0", count: 64), kind: .pdf, bytes: 10, pages: 1)
    }

    private static let old: Content = {
        var content = Content(title: "22--1")
        content[.basics] = [.init(id: "basics", values: ["school": "甲校", "major": "语文"])]
        content[.education] = [.init(id: "a", values: ["school": "甲校"], files: [file("旧")]), .init(id: "b", values: ["school": "乙校"])]
        return content
    }()

    @Test func nothingChangedIsNothing() { #expect(Comparison(from: Self.old, to: Self.old).isEmpty) }

    @Test func everyKindOfChangeIsFound() throws {
        var new = Self.old
        new.title = "22--2"
        new[.basics][0].values["major"] = "数学"
        new[.education] = [
            .init(id: "c", values: ["school": "丙校"]), .init(id: "a", values: ["school": "甲校（东区）"], files: [Self.file("新")]),
        ]
        let found = Comparison(from: Self.old, to: new)
        let major = try #require(Part.basics.fields.first { $0.key == "major" })
        let school = try #require(Part.education.fields.first { $0.key == "school" })
        #expect(
            found.changes == [
                .init(part: .application, row: nil, kind: .title(old: "22--1", new: "22--2")),
                .init(part: .basics, row: nil, kind: .value(major, old: "语文", new: "数学")),
                .init(part: .education, row: 1, kind: .added(new[.education][0])),
                .init(part: .education, row: 2, kind: .value(school, old: "甲校", new: "甲校（东区）")),
                .init(part: .education, row: 2, kind: .fileAdded(Self.file("新"))),
                .init(part: .education, row: 2, kind: .fileRemoved(Self.file("旧"))),
                .init(part: .education, row: 2, kind: .removed(Self.old[.education][1])),
            ])
        #expect(found.sections == [.application, .basics, .education])
    }

    @Test func movedRowsAreTheSame() {
        var new = Self.old
        new[.education].reverse()
        #expect(Comparison(from: Self.old, to: new).isEmpty)
    }

    @Test func aFileUploadedAgainIsTheSame() {
        var new = Self.old
        new[.education][0].files = [Domain.Attachment(id: id(2), name: "旧", digest: String(repeating: "0", count: 64), kind: .pdf, bytes: 10, pages: 1)]
        #expect(Comparison(from: Self.old, to: new).isEmpty)
    }
}
