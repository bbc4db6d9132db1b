"""The register's pure rules: what a fact is, which fact wins, who is who, what is counted."""
