import Domain

// How the domain's own values stand in columns: ids and enums as text, instants as milliseconds, days as `2026-11-23`.
extension ID: Bindable { public var bound: Value { .text(text) } }
extension Instant: Bindable { public var bound: Value { .integer(milliseconds) } }
extension Day: Bindable { public var bound: Value { .text(description) } }
extension CreditCode: Bindable { public var bound: Value { .text(text) } }
extension Stage.Name: Bindable { public var bound: Value { .text(rawValue) } }
extension StepName: Bindable { public var bound: Value { .text(rawValue) } }
extension ReviewChain.Steps: Bindable { public var bound: Value { .text(rawValue) } }
extension ReviewChain.Reentry: Bindable { public var bound: Value { .text(rawValue) } }
extension PublicityRule.Demand: Bindable { public var bound: Value { .text(rawValue) } }
extension Permission: Bindable { public var bound: Value { .text(rawValue) } }
extension AdministrativeAct: Bindable { public var bound: Value { .text(rawValue) } }
extension Desk.Waiting: Bindable { public var bound: Value { .text(rawValue) } }
extension Desk.Acted: Bindable { public var bound: Value { .text(rawValue) } }
