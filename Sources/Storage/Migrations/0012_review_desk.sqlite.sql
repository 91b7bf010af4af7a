UPDATE dossiers SET
    specialty = COALESCE((SELECT json_extract(c.body, '$.rows.application[0].values.specialty') FROM contents c WHERE c.dossier_id = dossiers.id AND c.edition = dossiers.edition), ''),
    application_kind = COALESCE((SELECT json_extract(c.body, '$.rows.application[0].values.kind') FROM contents c WHERE c.dossier_id = dossiers.id AND c.edition = dossiers.edition), '')
WHERE edition > 0;
