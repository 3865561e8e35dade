aws firehose create-delivery-stream --delivery-stream-name amazon-apigateway-gatelog \
  --http-endpoint-destination-configuration '{
    "EndpointConfiguration": {"Name": "Gatelog", "Url": "{url}/firehose", "AccessKey": "{token}"},
    "RequestConfiguration": {"ContentEncoding": "GZIP"},
    "BufferingHints": {"SizeInMBs": 1, "IntervalInSeconds": 60},
    "RetryOptions": {"DurationInSeconds": 7200},
    "RoleARN": "'"$ROLE_ARN"'",
    "S3BackupMode": "FailedDataOnly",
    "S3Configuration": {"RoleARN": "'"$ROLE_ARN"'", "BucketARN": "arn:aws:s3:::'"$BUCKET"'"}
  }'
