extension WorkUnit {
    /// What a superior enters once, and nobody changes afterwards (M7).
    public static let lockedFields = [
        Field("name", "单位名称", .line(100), required: true, hint: "与证照一致；建立后不能修改"),
        Field("creditCode", "统一社会信用代码", .line(18), required: true, hint: "18 位；建立后不能修改"),
    ]

    /// What may be changed afterwards.
    public static let openFields = [
        Field("type", "单位性质", .choice(.unitTypes), required: true),
        Field("jurisdiction", "职称业务归属地", .choice(.regions), required: true, hint: "办理职称业务的归属地，非单位所在地：省属单位选择“四川省省本级”，市属单位选择对应市，其他单位选择对应县区"),
        Field("steps", "审核环节", .choice(.reviewSteps), required: true, hint: "初审由经办人员办理，复审由负责人办理"),
        Field("singleClerk", "初审、复审可由同一人办理", .choice(.yesNo), required: true, hint: "仅有一名工作人员的单位选“是”，经办流程中会注明"),
        Field("postManagement", "全面实行岗位管理的事业单位", .choice(.yesNo), required: true, hint: "选“是”的，推荐前须填报岗位情况表"),
        Field("contactName", "联系人", .line(50), required: true), Field("contactPhone", "联系电话", .telephone, required: true),
    ]

    /// What is known of a unit besides (§4.1); no rule asks for it.
    public static let detailFields = [
        Field("affiliation", "隶属关系", .choice(.affiliations), required: true), Field("welfareClass", "公益类别", .choice(.welfareClasses), hint: "事业单位填写"),
        Field("funding", "经费来源", .choice(.fundings)), Field("industry", "行业", .choice(.industries)),
        Field("location", "所在地", .choice(.regions), hint: "单位所在地，与职称业务归属地可以不同"), Field("address", "详细地址", .line(200)), Field("postcode", "邮编", .line(6)),
        Field("legalRepresentative", "法定代表人/负责人", .line(50)), Field("mobile", "手机", .telephone), Field("fax", "传真", .telephone), Field("email", "电子邮箱", .email),
        Field("employees", "职工总数", .number(0...10_000_000)), Field("professionals", "专技人员总数", .number(0...10_000_000)),
        Field("department", "主管部门", .line(100), hint: "与上级单位不同的填写"), Field("personnelAgency", "人事代理机构", .choice(.yesNo)),
        Field("dispatchAgency", "劳务派遣机构", .choice(.yesNo)), Field("selfReviewing", "自主评审单位", .choice(.yesNo)), Field("remark", "备注", .line(200)),
    ]

    /// What the values of a unit's form say against each other.
    public static func contradictions(in values: [String: String]) -> [FieldProblem] {
        guard values["postManagement"] == "1", let type = values["type"], !type.isEmpty, !type.hasPrefix("2") else { return [] }
        return [FieldProblem("postManagement", "只有事业单位可以选“是”")]
    }

    /// Of the values of a form those of the detail fields.
    public static func details(in values: [String: String]) -> [String: String] {
        values.filter { key, value in !value.isEmpty && detailFields.contains { $0.key == key } }
    }

    /// The open fields as they stand, in their stored form.
    public var openValues: [String: String] {
        [
            "type": type, "jurisdiction": jurisdiction, "steps": steps.rawValue, "singleClerk": singleClerk ? "1" : "0", "postManagement": postManagement ? "1" : "0",
            "contactName": contactName, "contactPhone": contactPhone,
        ]
    }

    /// A unit of values that were read field by field; nil when one of them is no value of its field.
    public init?(id: ID<WorkUnit>, name: String, creditCode: CreditCode, superior: ID<WorkUnit>?, values: [String: String], enabled: Bool) {
        guard let steps = values["steps"].flatMap({ ReviewChain.Steps(rawValue: $0) }) else { return nil }
        self.init(
            id: id, name: name, creditCode: creditCode, type: values["type"] ?? "", superior: superior, jurisdiction: values["jurisdiction"] ?? "", steps: steps,
            singleClerk: values["singleClerk"] == "1", contactName: values["contactName"] ?? "", contactPhone: values["contactPhone"] ?? "", enabled: enabled,
            postManagement: values["postManagement"] == "1")
    }
}
