role-steward = Steward
role-manager = Manager
role-admin = Admin
role-auditor = Auditor
