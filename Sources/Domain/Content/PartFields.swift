extension Part {
    /// The fields, after the tables of real systems; ★ are required.
    public var fields: [Field] {
        switch self {
        case .application: Part.applicationFields
        case .basics: Part.basicsFields
        case .education: Part.educationFields
        case .work: Part.workFields
        case .practice: Part.practiceFields
        case .insurance: Part.insuranceFields
        case .training: Part.trainingFields
        case .assessment: Part.assessmentFields
        case .achievement: Part.achievementFields
        case .award: Part.awardFields
        case .project: Part.projectFields
        case .patent: Part.patentFields
        case .paper: Part.paperFields
        case .book: Part.bookFields
        case .otherResult: Part.otherResultFields
        case .qualification: Part.qualificationFields
        case .language: Part.languageFields
        case .society: Part.societyFields
        case .summary: [Field("summary", "专业技术工作总结", .text(5000), required: true, hint: "任现职以来的专业技术工作，5000 字以内")]
        case .others: [Field("name", "材料名称", .line(100), required: true), Field("remark", "说明", .line(200))]
        }
    }

    private static let from = Field("from", "开始时间", .month, required: true, hint: "年月，如 2004-09")
    private static let to = Field("to", "结束时间", .month, required: true, hint: "年月，如 2008-06")
    private static let until = Field("to", "结束时间", .month, hint: "至今的不填")
    private static let rank = Field("rank", "本人排名", .number(1...200))
    private static let remark = Field("remark", "备注", .line(200))

    private static let applicationFields = [
        Field("specialty", "申报专业", .line(40), required: true, hint: "如：语文、机械设计"),
        Field("kind", "申报类型", .choice(.applicationTypes), required: true),
        Field("currentSpecialty", "现从事专业", .line(40), required: true),
        Field("firstTime", "是否第一次申报", .choice(.yesNo), required: true),
    ]

    private static let basicsFields = [
        Field("formerName", "曾用名", .line(30)),
        Field("ethnicGroup", "民族", .choice(.ethnicGroups), required: true),
        Field("politicalStatus", "政治面貌", .choice(.politicalStatus), required: true),
        Field("nationality", "国籍（地区）", .choice(.nationality), required: true),
        Field("workingSince", "参加工作时间", .month, required: true, hint: "年月，如 2008-07"),
        Field("email", "电子邮箱", .email),
        Field("degreeOfEducation", "最高学历", .choice(.educationLevels), required: true),
        Field("degree", "最高学位", .choice(.degreeLevels)),
        Field("school", "毕业院校", .line(60), required: true),
        Field("major", "所学专业", .line(60), required: true),
        Field("graduated", "毕业时间", .month, required: true, hint: "年月，如 2008-06"),
        Field("studyMode", "学习形式", .choice(.studyModes), required: true),
        Field("currentTitle", "现任专业技术职务", .line(40), required: true, hint: "没有时填“无”"),
        Field("titleSince", "取得时间", .day(.past)),
        Field("appointedSince", "聘任时间", .day(.past)),
        Field("office", "兼任行政职务", .line(40)),
    ]

    private static let educationFields = [
        from, to,
        Field("school", "学校", .line(60), required: true),
        Field("major", "所学专业", .line(60), required: true),
        Field("level", "学历", .choice(.educationLevels), required: true),
        Field("degree", "学位", .choice(.degreeLevels)),
        Field("studyMode", "学习形式", .choice(.studyModes), required: true),
        Field("witness", "证明人", .line(30)),
        Field("certificate", "学历证书编号", .line(40)),
        Field("degreeCertificate", "学位证书编号", .line(40)),
    ]

    private static let workFields = [
        from, until,
        Field("unit", "单位", .line(60), required: true),
        Field("duty", "从事何专业技术工作", .line(100), required: true),
        Field("post", "职务（岗位）", .line(40), required: true),
        Field("witness", "证明人", .line(30)),
    ]

    private static let practiceFields = [
        from, until,
        Field("project", "项目（工作内容）", .line(100), required: true),
        Field("role", "本人角色", .line(60), required: true),
        Field("scale", "规模", .line(60)),
    ]

    private static let insuranceFields = [Field("unit", "参保单位", .line(60), required: true), from, until]

    private static let trainingFields = [
        Field("year", "年度", .number(1980...2199), required: true, hint: "如 2025"),
        Field("category", "类别", .choice(.trainingCategories), required: true),
        Field("name", "培训名称", .line(100), required: true),
        Field("organiser", "主办单位", .line(60), required: true),
        Field("hours", "学时", .number(1...2000), required: true),
        Field("place", "学习地点", .line(60)),
        Field("certificate", "证书编号", .line(40)),
    ]

    private static let assessmentFields = [
        Field("year", "年度", .number(1980...2199), required: true, hint: "如 2025"),
        Field("result", "考核结果", .choice(.assessmentResults), required: true),
    ]

    private static let achievementFields = [
        Field("obtained", "完成（获得）时间", .month, required: true, hint: "年月"),
        Field("name", "业绩（成果）名称", .line(100), required: true),
        Field("role", "本人作用", .line(100), required: true),
        Field("effect", "完成情况及效果", .text(1000), required: true),
        representative,
    ]

    private static let awardFields = [
        Field("name", "奖励名称", .line(100), required: true),
        Field("issuer", "颁奖部门", .line(60), required: true),
        Field("obtained", "获奖日期", .day(.past), required: true),
        Field("level", "级别", .choice(.resultLevels), required: true),
        Field("grade", "等级", .choice(.awardGrades)),
        rank, remark, representative,
    ]

    private static let projectFields = [
        Field("name", "项目（课题）名称", .line(100), required: true),
        Field("founder", "立项单位", .line(60), required: true),
        Field("begun", "立项时间", .month, required: true, hint: "年月"),
        Field("finished", "验收（结题）时间", .month, hint: "年月，在研的不填"),
        Field("role", "担任角色", .choice(.projectRoles), required: true),
        Field("funds", "经费（万元）", .number(0...10_000_000)),
        Field("level", "级别", .choice(.resultLevels)),
        Field("conclusion", "验收结论", .choice(.acceptanceConclusions)),
        Field("leader", "项目负责人", .line(30)),
        representative,
    ]

    private static let patentFields = [
        Field("name", "专利名称", .line(100), required: true),
        Field("kind", "类别", .choice(.patentKinds), required: true),
        Field("number", "专利号", .line(40), required: true),
        Field("granted", "授予日期", .day(.past), required: true),
        Field("owner", "归属", .choice(.patentOwners)),
        rank, representative,
    ]

    private static let paperFields = [
        Field("title", "论文题目", .line(120), required: true),
        Field("journal", "刊物名称", .line(80), required: true),
        Field("publisher", "主办（出版）单位", .line(80)),
        Field("number", "ISSN/CN", .line(40)),
        Field("published", "发表日期", .day(.past), required: true),
        Field("level", "级别", .choice(.journalLevels)),
        Field("authorship", "排名", .choice(.authorship), required: true),
        Field("words", "字数", .number(1...1_000_000)),
        Field("indexed", "收录检索", .line(60), hint: "如 CSSCI、EI"),
        representative,
    ]

    private static let bookFields = [
        Field("title", "书名", .line(120), required: true),
        Field("publisher", "出版社", .line(80), required: true),
        Field("published", "出版日期", .day(.past), required: true),
        Field("number", "书号（ISBN）", .line(40)),
        Field("level", "级别", .choice(.bookKinds)),
        Field("words", "本人撰写字数", .number(1...10_000_000)),
        rank, representative,
    ]

    private static let otherResultFields = [
        Field("name", "成果名称", .line(100), required: true),
        Field("obtained", "获得时间", .month, required: true, hint: "年月"),
        Field("level", "级别", .choice(.resultLevels)),
        Field("summary", "简介", .text(1000), required: true),
        representative,
    ]

    private static let qualificationFields = [
        Field("name", "资格名称", .line(80), required: true),
        Field("obtained", "取得时间", .day(.past), required: true),
        Field("issuer", "发证机关", .line(60)),
        Field("number", "证书编号", .line(40)),
    ]

    private static let languageFields = [
        Field("subject", "语种（科目）", .line(40), required: true),
        Field("level", "等级", .line(40), required: true),
        Field("obtained", "取得时间", .month, hint: "年月"),
        Field("score", "成绩", .line(20)),
    ]

    private static let societyFields = [
        Field("name", "团体（机构）名称", .line(80), required: true), Field("post", "担任职务", .line(40), required: true), from, until,
    ]
}
