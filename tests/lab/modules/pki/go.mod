module meshops.lab/pki

go 1.26.0
