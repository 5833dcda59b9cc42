## Helpdesk
helpdesk-title = All cases
helpdesk-hint = Without subjects, texts or files: helpdesk reads no mail.
helpdesk-person = Person
helpdesk-person-hint = A part of name or address
helpdesk-from = From
helpdesk-until = Until
helpdesk-any-state = Any
helpdesk-search = Search
helpdesk-clear = Show all
helpdesk-found = { $total } { $total ->
    [one] case
   *[other] cases
}
helpdesk-export = List as CSV
helpdesk-none = No case found
helpdesk-none-hint = Leave out a condition, or check number and spelling.
helpdesk-none-yet = Nobody has recalled anything yet.
helpdesk-wrong-number = A case number looks like R-2026-000042.
helpdesk-wrong-date = A date looks like 2026-11-23.
helpdesk-wrong-state = There is no such state.
helpdesk-wrong-order = The last day lies before the first.
