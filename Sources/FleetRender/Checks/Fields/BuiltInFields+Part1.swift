// Written by scripts/kubernetes-fields from the OpenAPI documents of Kubernetes 1.36.

extension FieldTable {
  static let part1 = """
    !apiextensions.k8s.io/v1 CustomResourceDefinition
    !apps/v1 ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet
    !autoscaling/v2 HorizontalPodAutoscaler
    !batch/v1 CronJob Job
    !networking.k8s.io/v1 IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR
    !policy/v1 PodDisruptionBudget
    !rbac.authorization.k8s.io/v1 ClusterRole ClusterRoleBinding Role RoleBinding
    !storage.k8s.io/v1 CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment VolumeAttributesClass
    !v1 ComponentStatus ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume PersistentVolumeClaim Pod
    !v1 PodTemplate ReplicationController ResourceQuota Secret Service ServiceAccount Status
    AWSElasticBlockStoreVolumeSource: fsType=s partition=i readOnly=b volumeID=s
    Affinity: nodeAffinity=NodeAffinity podAffinity=PodAffinity podAntiAffinity=PodAntiAffinity
    AggregationRule: clusterRoleSelectors=[LabelSelector]
    AppArmorProfile: localhostProfile=s type=s
    AzureDiskVolumeSource: cachingMode=s diskName=s diskURI=s fsType=s kind=s readOnly=b
    AzureFilePersistentVolumeSource: readOnly=b secretName=s secretNamespace=s shareName=s
    AzureFileVolumeSource: readOnly=b secretName=s shareName=s
    CSIDriver: apiVersion=s kind=s metadata=ObjectMeta spec=CSIDriverSpec
    CSIDriverSpec: attachRequired=b fsGroupPolicy=s nodeAllocatableUpdatePeriodSeconds=i podInfoOnMount=b
    CSIDriverSpec: preventPodSchedulingIfMissing=b requiresRepublish=b seLinuxMount=b serviceAccountTokenInSecrets=b
    CSIDriverSpec: storageCapacity=b tokenRequests=[TokenRequest] volumeLifecycleModes=[s]
    CSINode: apiVersion=s kind=s metadata=ObjectMeta spec=CSINodeSpec
    CSINodeDriver: allocatable=VolumeNodeResources name=s nodeID=s topologyKeys=[s]
    CSINodeSpec: drivers=[CSINodeDriver]
    CSIPersistentVolumeSource: controllerExpandSecretRef=SecretReference controllerPublishSecretRef=SecretReference
    CSIPersistentVolumeSource: driver=s fsType=s nodeExpandSecretRef=SecretReference
    CSIPersistentVolumeSource: nodePublishSecretRef=SecretReference nodeStageSecretRef=SecretReference readOnly=b
    CSIPersistentVolumeSource: volumeAttributes={s} volumeHandle=s
    CSIStorageCapacity: apiVersion=s capacity=* kind=s maximumVolumeSize=* metadata=ObjectMeta
    CSIStorageCapacity: nodeTopology=LabelSelector storageClassName=s
    CSIVolumeSource: driver=s fsType=s nodePublishSecretRef=LocalObjectReference readOnly=b volumeAttributes={s}
    Capabilities: add=[s] drop=[s]
    CephFSPersistentVolumeSource: monitors=[s] path=s readOnly=b secretFile=s secretRef=SecretReference user=s
    CephFSVolumeSource: monitors=[s] path=s readOnly=b secretFile=s secretRef=LocalObjectReference user=s
    CinderPersistentVolumeSource: fsType=s readOnly=b secretRef=SecretReference volumeID=s
    CinderVolumeSource: fsType=s readOnly=b secretRef=LocalObjectReference volumeID=s
    ClientIPConfig: timeoutSeconds=i
    ClusterRole: aggregationRule=AggregationRule apiVersion=s kind=s metadata=ObjectMeta rules=[PolicyRule]
    ClusterRoleBinding: apiVersion=s kind=s metadata=ObjectMeta roleRef=RoleRef subjects=[Subject]
    ClusterTrustBundleProjection: labelSelector=LabelSelector name=s optional=b path=s signerName=s
    ComponentCondition: error=s message=s status=s type=s
    ComponentStatus: apiVersion=s conditions=[ComponentCondition] kind=s metadata=ObjectMeta
    ConfigMap: apiVersion=s binaryData={s} data={s} immutable=b kind=s metadata=ObjectMeta
    ConfigMapEnvSource: name=s optional=b
    ConfigMapKeySelector: key=s name=s optional=b
    ConfigMapNodeConfigSource: kubeletConfigKey=s name=s namespace=s resourceVersion=s uid=s
    ConfigMapProjection: items=[KeyToPath] name=s optional=b
    ConfigMapVolumeSource: defaultMode=i items=[KeyToPath] name=s optional=b
    Container: args=[s] command=[s] env=[EnvVar] envFrom=[EnvFromSource] image=s imagePullPolicy=s lifecycle=Lifecycle
    Container: livenessProbe=Probe name=s ports=[ContainerPort] readinessProbe=Probe
    Container: resizePolicy=[ContainerResizePolicy] resources=ResourceRequirements restartPolicy=s
    Container: restartPolicyRules=[ContainerRestartRule] securityContext=SecurityContext startupProbe=Probe stdin=b
    Container: stdinOnce=b terminationMessagePath=s terminationMessagePolicy=s tty=b volumeDevices=[VolumeDevice]
    Container: volumeMounts=[VolumeMount] workingDir=s
    ContainerPort: containerPort=i hostIP=s hostPort=i name=s protocol=s
    ContainerResizePolicy: resourceName=s restartPolicy=s
    ContainerResourceMetricSource: container=s name=s target=MetricTarget
    ContainerRestartRule: action=s exitCodes=ContainerRestartRuleOnExitCodes
    ContainerRestartRuleOnExitCodes: operator=s values=[i]
    ControllerRevision: apiVersion=s data=* kind=s metadata=ObjectMeta revision=i
    CronJob: apiVersion=s kind=s metadata=ObjectMeta spec=CronJobSpec status=*
    CronJobSpec: concurrencyPolicy=s failedJobsHistoryLimit=i jobTemplate=JobTemplateSpec schedule=s
    CronJobSpec: startingDeadlineSeconds=i successfulJobsHistoryLimit=i suspend=b timeZone=s
    CrossVersionObjectReference: apiVersion=s kind=s name=s
    CustomResourceColumnDefinition: description=s format=s jsonPath=s name=s priority=i type=s
    CustomResourceConversion: strategy=s webhook=WebhookConversion
    CustomResourceDefinition: apiVersion=s kind=s metadata=ObjectMeta spec=CustomResourceDefinitionSpec status=*
    CustomResourceDefinitionNames: categories=[s] kind=s listKind=s plural=s shortNames=[s] singular=s
    CustomResourceDefinitionSpec: conversion=CustomResourceConversion group=s names=CustomResourceDefinitionNames
    CustomResourceDefinitionSpec: preserveUnknownFields=b scope=s versions=[CustomResourceDefinitionVersion]
    CustomResourceDefinitionVersion: additionalPrinterColumns=[CustomResourceColumnDefinition] deprecated=b
    CustomResourceDefinitionVersion: deprecationWarning=s name=s schema=CustomResourceValidation
    CustomResourceDefinitionVersion: selectableFields=[SelectableField] served=b storage=b
    CustomResourceDefinitionVersion: subresources=CustomResourceSubresources
    CustomResourceSubresourceScale: labelSelectorPath=s specReplicasPath=s statusReplicasPath=s
    CustomResourceSubresources: scale=CustomResourceSubresourceScale status=*
    CustomResourceValidation: openAPIV3Schema=JSONSchemaProps
    DaemonSet: apiVersion=s kind=s metadata=ObjectMeta spec=DaemonSetSpec status=*
    DaemonSetSpec: minReadySeconds=i revisionHistoryLimit=i selector=LabelSelector template=PodTemplateSpec
    DaemonSetSpec: updateStrategy=DaemonSetUpdateStrategy
    DaemonSetUpdateStrategy: rollingUpdate=RollingUpdateDaemonSet type=s
    Deployment: apiVersion=s kind=s metadata=ObjectMeta spec=DeploymentSpec status=*
    DeploymentSpec: minReadySeconds=i paused=b progressDeadlineSeconds=i replicas=i revisionHistoryLimit=i
    DeploymentSpec: selector=LabelSelector strategy=DeploymentStrategy template=PodTemplateSpec
    DeploymentStrategy: rollingUpdate=RollingUpdateDeployment type=s
    DownwardAPIProjection: items=[DownwardAPIVolumeFile]
    DownwardAPIVolumeFile: fieldRef=ObjectFieldSelector mode=i path=s resourceFieldRef=ResourceFieldSelector
    DownwardAPIVolumeSource: defaultMode=i items=[DownwardAPIVolumeFile]
    EmptyDirVolumeSource: medium=s sizeLimit=*
    EndpointAddress: hostname=s ip=s nodeName=s targetRef=ObjectReference
    EndpointPort: appProtocol=s name=s port=i protocol=s
    EndpointSubset: addresses=[EndpointAddress] notReadyAddresses=[EndpointAddress] ports=[EndpointPort]
    Endpoints: apiVersion=s kind=s metadata=ObjectMeta subsets=[EndpointSubset]
    EnvFromSource: configMapRef=ConfigMapEnvSource prefix=s secretRef=SecretEnvSource
    EnvVar: name=s value=s valueFrom=EnvVarSource
    EnvVarSource: configMapKeyRef=ConfigMapKeySelector fieldRef=ObjectFieldSelector fileKeyRef=FileKeySelector
    EnvVarSource: resourceFieldRef=ResourceFieldSelector secretKeyRef=SecretKeySelector
    EphemeralContainer: args=[s] command=[s] env=[EnvVar] envFrom=[EnvFromSource] image=s imagePullPolicy=s
    EphemeralContainer: lifecycle=Lifecycle livenessProbe=Probe name=s ports=[ContainerPort] readinessProbe=Probe
    EphemeralContainer: resizePolicy=[ContainerResizePolicy] resources=ResourceRequirements restartPolicy=s
    EphemeralContainer: restartPolicyRules=[ContainerRestartRule] securityContext=SecurityContext startupProbe=Probe
    EphemeralContainer: stdin=b stdinOnce=b targetContainerName=s terminationMessagePath=s terminationMessagePolicy=s
    EphemeralContainer: tty=b volumeDevices=[VolumeDevice] volumeMounts=[VolumeMount] workingDir=s
    EphemeralVolumeSource: volumeClaimTemplate=PersistentVolumeClaimTemplate
    Event: action=s apiVersion=s count=i eventTime=s firstTimestamp=s involvedObject=ObjectReference kind=s
    Event: lastTimestamp=s message=s metadata=ObjectMeta reason=s related=ObjectReference reportingComponent=s
    Event: reportingInstance=s series=EventSeries source=EventSource type=s
    EventSeries: count=i lastObservedTime=s
    EventSource: component=s host=s
    ExecAction: command=[s]
    ExternalDocumentation: description=s url=s
    ExternalMetricSource: metric=MetricIdentifier target=MetricTarget
    FCVolumeSource: fsType=s lun=i readOnly=b targetWWNs=[s] wwids=[s]
    FileKeySelector: key=s optional=b path=s volumeName=s
    FlexPersistentVolumeSource: driver=s fsType=s options={s} readOnly=b secretRef=SecretReference
    FlexVolumeSource: driver=s fsType=s options={s} readOnly=b secretRef=LocalObjectReference
    FlockerVolumeSource: datasetName=s datasetUUID=s
    GCEPersistentDiskVolumeSource: fsType=s partition=i pdName=s readOnly=b
    GRPCAction: port=i service=s
    GitRepoVolumeSource: directory=s repository=s revision=s
    GlusterfsPersistentVolumeSource: endpoints=s endpointsNamespace=s path=s readOnly=b
    GlusterfsVolumeSource: endpoints=s path=s readOnly=b
    HPAScalingPolicy: periodSeconds=i type=s value=i
    HPAScalingRules: policies=[HPAScalingPolicy] selectPolicy=s stabilizationWindowSeconds=i tolerance=*
    HTTPGetAction: host=s httpHeaders=[HTTPHeader] path=s port=* scheme=s
    HTTPHeader: name=s value=s
    HTTPIngressPath: backend=IngressBackend path=s pathType=s
    HTTPIngressRuleValue: paths=[HTTPIngressPath]
    HorizontalPodAutoscaler: apiVersion=s kind=s metadata=ObjectMeta spec=HorizontalPodAutoscalerSpec status=*
    HorizontalPodAutoscalerBehavior: scaleDown=HPAScalingRules scaleUp=HPAScalingRules
    HorizontalPodAutoscalerSpec: behavior=HorizontalPodAutoscalerBehavior maxReplicas=i metrics=[MetricSpec]
    HorizontalPodAutoscalerSpec: minReplicas=i scaleTargetRef=CrossVersionObjectReference
    HostAlias: hostnames=[s] ip=s
    HostPathVolumeSource: path=s type=s
    IPAddress: apiVersion=s kind=s metadata=ObjectMeta spec=IPAddressSpec
    IPAddressSpec: parentRef=ParentReference
    IPBlock: cidr=s except=[s]
    ISCSIPersistentVolumeSource: chapAuthDiscovery=b chapAuthSession=b fsType=s initiatorName=s iqn=s iscsiInterface=s
    ISCSIPersistentVolumeSource: lun=i portals=[s] readOnly=b secretRef=SecretReference targetPortal=s
    ISCSIVolumeSource: chapAuthDiscovery=b chapAuthSession=b fsType=s initiatorName=s iqn=s iscsiInterface=s lun=i
    ISCSIVolumeSource: portals=[s] readOnly=b secretRef=LocalObjectReference targetPortal=s
    ImageVolumeSource: pullPolicy=s reference=s
    Ingress: apiVersion=s kind=s metadata=ObjectMeta spec=IngressSpec status=*
    IngressBackend: resource=TypedLocalObjectReference service=IngressServiceBackend
    IngressClass: apiVersion=s kind=s metadata=ObjectMeta spec=IngressClassSpec
    IngressClassParametersReference: apiGroup=s kind=s name=s namespace=s scope=s
    IngressClassSpec: controller=s parameters=IngressClassParametersReference
    IngressRule: host=s http=HTTPIngressRuleValue
    IngressServiceBackend: name=s port=ServiceBackendPort
    IngressSpec: defaultBackend=IngressBackend ingressClassName=s rules=[IngressRule] tls=[IngressTLS]
    IngressTLS: hosts=[s] secretName=s
    JSONSchemaProps: $ref=s $schema=s additionalItems=* additionalProperties=* allOf=[JSONSchemaProps]
    JSONSchemaProps: anyOf=[JSONSchemaProps] default=* definitions={JSONSchemaProps} dependencies={*} description=s
    JSONSchemaProps: enum=[*] example=* exclusiveMaximum=b exclusiveMinimum=b externalDocs=ExternalDocumentation
    JSONSchemaProps: format=s id=s items=* maxItems=i maxLength=i maxProperties=i maximum=n minItems=i minLength=i
    JSONSchemaProps: minProperties=i minimum=n multipleOf=n not=JSONSchemaProps nullable=b oneOf=[JSONSchemaProps]
    JSONSchemaProps: pattern=s patternProperties={JSONSchemaProps} properties={JSONSchemaProps} required=[s] title=s
    JSONSchemaProps: type=s uniqueItems=b x-kubernetes-embedded-resource=b x-kubernetes-int-or-string=b
    JSONSchemaProps: x-kubernetes-list-map-keys=[s] x-kubernetes-list-type=s x-kubernetes-map-type=s
    JSONSchemaProps: x-kubernetes-preserve-unknown-fields=b x-kubernetes-validations=[ValidationRule]
    Job: apiVersion=s kind=s metadata=ObjectMeta spec=JobSpec status=*
    JobSpec: activeDeadlineSeconds=i backoffLimit=i backoffLimitPerIndex=i completionMode=s completions=i managedBy=s
    JobSpec: manualSelector=b maxFailedIndexes=i parallelism=i podFailurePolicy=PodFailurePolicy
    JobSpec: podReplacementPolicy=s selector=LabelSelector successPolicy=SuccessPolicy suspend=b
    JobSpec: template=PodTemplateSpec ttlSecondsAfterFinished=i
    JobTemplateSpec: metadata=ObjectMeta spec=JobSpec
    KeyToPath: key=s mode=i path=s
    LabelSelector: matchExpressions=[LabelSelectorRequirement] matchLabels={s}
    LabelSelectorRequirement: key=s operator=s values=[s]
    Lifecycle: postStart=LifecycleHandler preStop=LifecycleHandler stopSignal=s
    LifecycleHandler: exec=ExecAction httpGet=HTTPGetAction sleep=SleepAction tcpSocket=TCPSocketAction
    LimitRange: apiVersion=s kind=s metadata=ObjectMeta spec=LimitRangeSpec
    LimitRangeItem: default={*} defaultRequest={*} max={*} maxLimitRequestRatio={*} min={*} type=s
    LimitRangeSpec: limits=[LimitRangeItem]
    ListMeta: continue=s remainingItemCount=i resourceVersion=s selfLink=s shardInfo=ShardInfo
    LocalObjectReference: name=s
    LocalVolumeSource: fsType=s path=s
    ManagedFieldsEntry: apiVersion=s fieldsType=s fieldsV1=* manager=s operation=s subresource=s time=s
    MetricIdentifier: name=s selector=LabelSelector
    MetricSpec: containerResource=ContainerResourceMetricSource external=ExternalMetricSource
    MetricSpec: object=ObjectMetricSource pods=PodsMetricSource resource=ResourceMetricSource type=s
    MetricTarget: averageUtilization=i averageValue=* type=s value=*
    ModifyVolumeStatus: status=s targetVolumeAttributesClassName=s
    NFSVolumeSource: path=s readOnly=b server=s
    Namespace: apiVersion=s kind=s metadata=ObjectMeta spec=NamespaceSpec status=*
    NamespaceSpec: finalizers=[s]
    NetworkPolicy: apiVersion=s kind=s metadata=ObjectMeta spec=NetworkPolicySpec
    NetworkPolicyEgressRule: ports=[NetworkPolicyPort] to=[NetworkPolicyPeer]
    NetworkPolicyIngressRule: from=[NetworkPolicyPeer] ports=[NetworkPolicyPort]
    NetworkPolicyPeer: ipBlock=IPBlock namespaceSelector=LabelSelector podSelector=LabelSelector
    NetworkPolicyPort: endPort=i port=* protocol=s
    NetworkPolicySpec: egress=[NetworkPolicyEgressRule] ingress=[NetworkPolicyIngressRule] podSelector=LabelSelector
    NetworkPolicySpec: policyTypes=[s]
    Node: apiVersion=s kind=s metadata=ObjectMeta spec=NodeSpec status=*
    NodeAffinity: preferredDuringSchedulingIgnoredDuringExecution=[PreferredSchedulingTerm]
    NodeAffinity: requiredDuringSchedulingIgnoredDuringExecution=NodeSelector
    NodeConfigSource: configMap=ConfigMapNodeConfigSource
    NodeSelector: nodeSelectorTerms=[NodeSelectorTerm]
    NodeSelectorRequirement: key=s operator=s values=[s]
    NodeSelectorTerm: matchExpressions=[NodeSelectorRequirement] matchFields=[NodeSelectorRequirement]
    NodeSpec: configSource=NodeConfigSource externalID=s podCIDR=s podCIDRs=[s] providerID=s taints=[Taint]
    NodeSpec: unschedulable=b
    ObjectFieldSelector: apiVersion=s fieldPath=s
    ObjectMeta: annotations={s} creationTimestamp=s deletionGracePeriodSeconds=i deletionTimestamp=s finalizers=[s]
    ObjectMeta: generateName=s generation=i labels={s} managedFields=[ManagedFieldsEntry] name=s namespace=s
    ObjectMeta: ownerReferences=[OwnerReference] resourceVersion=s selfLink=s uid=s
    ObjectMetricSource: describedObject=CrossVersionObjectReference metric=MetricIdentifier target=MetricTarget
    ObjectReference: apiVersion=s fieldPath=s kind=s name=s namespace=s resourceVersion=s uid=s
    OwnerReference: apiVersion=s blockOwnerDeletion=b controller=b kind=s name=s uid=s
    ParentReference: group=s name=s namespace=s resource=s
    PersistentVolume: apiVersion=s kind=s metadata=ObjectMeta spec=PersistentVolumeSpec status=*
    PersistentVolumeClaim: apiVersion=s kind=s metadata=ObjectMeta spec=PersistentVolumeClaimSpec
    PersistentVolumeClaim: status=PersistentVolumeClaimStatus
    PersistentVolumeClaimCondition: lastProbeTime=s lastTransitionTime=s message=s reason=s status=s type=s
    PersistentVolumeClaimSpec: accessModes=[s] dataSource=TypedLocalObjectReference dataSourceRef=TypedObjectReference
    PersistentVolumeClaimSpec: resources=VolumeResourceRequirements selector=LabelSelector storageClassName=s
    PersistentVolumeClaimSpec: volumeAttributesClassName=s volumeMode=s volumeName=s
    PersistentVolumeClaimStatus: accessModes=[s] allocatedResourceStatuses={s} allocatedResources={*} capacity={*}
    PersistentVolumeClaimStatus: conditions=[PersistentVolumeClaimCondition] currentVolumeAttributesClassName=s
    PersistentVolumeClaimStatus: modifyVolumeStatus=ModifyVolumeStatus phase=s
    PersistentVolumeClaimTemplate: metadata=ObjectMeta spec=PersistentVolumeClaimSpec
    PersistentVolumeClaimVolumeSource: claimName=s readOnly=b
    PersistentVolumeSpec: accessModes=[s] awsElasticBlockStore=AWSElasticBlockStoreVolumeSource
    PersistentVolumeSpec: azureDisk=AzureDiskVolumeSource azureFile=AzureFilePersistentVolumeSource capacity={*}
    PersistentVolumeSpec: cephfs=CephFSPersistentVolumeSource cinder=CinderPersistentVolumeSource
    PersistentVolumeSpec: claimRef=ObjectReference csi=CSIPersistentVolumeSource fc=FCVolumeSource
    PersistentVolumeSpec: flexVolume=FlexPersistentVolumeSource flocker=FlockerVolumeSource
    PersistentVolumeSpec: gcePersistentDisk=GCEPersistentDiskVolumeSource glusterfs=GlusterfsPersistentVolumeSource
    PersistentVolumeSpec: hostPath=HostPathVolumeSource iscsi=ISCSIPersistentVolumeSource local=LocalVolumeSource
    PersistentVolumeSpec: mountOptions=[s] nfs=NFSVolumeSource nodeAffinity=VolumeNodeAffinity
    PersistentVolumeSpec: persistentVolumeReclaimPolicy=s photonPersistentDisk=PhotonPersistentDiskVolumeSource
    PersistentVolumeSpec: portworxVolume=PortworxVolumeSource quobyte=QuobyteVolumeSource
    PersistentVolumeSpec: rbd=RBDPersistentVolumeSource scaleIO=ScaleIOPersistentVolumeSource storageClassName=s
    PersistentVolumeSpec: storageos=StorageOSPersistentVolumeSource volumeAttributesClassName=s volumeMode=s
    PersistentVolumeSpec: vsphereVolume=VsphereVirtualDiskVolumeSource
    PhotonPersistentDiskVolumeSource: fsType=s pdID=s
    Pod: apiVersion=s kind=s metadata=ObjectMeta spec=PodSpec status=*
    PodAffinity: preferredDuringSchedulingIgnoredDuringExecution=[WeightedPodAffinityTerm]
    PodAffinity: requiredDuringSchedulingIgnoredDuringExecution=[PodAffinityTerm]
    PodAffinityTerm: labelSelector=LabelSelector matchLabelKeys=[s] mismatchLabelKeys=[s]
    PodAffinityTerm: namespaceSelector=LabelSelector namespaces=[s] topologyKey=s
    PodAntiAffinity: preferredDuringSchedulingIgnoredDuringExecution=[WeightedPodAffinityTerm]
    PodAntiAffinity: requiredDuringSchedulingIgnoredDuringExecution=[PodAffinityTerm]
    PodCertificateProjection: certificateChainPath=s credentialBundlePath=s keyPath=s keyType=s maxExpirationSeconds=i
    PodCertificateProjection: signerName=s userAnnotations={s}
    PodDNSConfig: nameservers=[s] options=[PodDNSConfigOption] searches=[s]
    PodDNSConfigOption: name=s value=s
    PodDisruptionBudget: apiVersion=s kind=s metadata=ObjectMeta spec=PodDisruptionBudgetSpec status=*
    PodDisruptionBudgetSpec: maxUnavailable=* minAvailable=* selector=LabelSelector unhealthyPodEvictionPolicy=s
    PodFailurePolicy: rules=[PodFailurePolicyRule]
    PodFailurePolicyOnExitCodesRequirement: containerName=s operator=s values=[i]
    PodFailurePolicyOnPodConditionsPattern: status=s type=s
    PodFailurePolicyRule: action=s onExitCodes=PodFailurePolicyOnExitCodesRequirement
    PodFailurePolicyRule: onPodConditions=[PodFailurePolicyOnPodConditionsPattern]
    PodOS: name=s
    PodReadinessGate: conditionType=s
    PodResourceClaim: name=s resourceClaimName=s resourceClaimTemplateName=s
    PodSchedulingGate: name=s
    PodSchedulingGroup: podGroupName=s
    PodSecurityContext: appArmorProfile=AppArmorProfile fsGroup=i fsGroupChangePolicy=s runAsGroup=i runAsNonRoot=b
    PodSecurityContext: runAsUser=i seLinuxChangePolicy=s seLinuxOptions=SELinuxOptions seccompProfile=SeccompProfile
    PodSecurityContext: supplementalGroups=[i] supplementalGroupsPolicy=s sysctls=[Sysctl]
    PodSecurityContext: windowsOptions=WindowsSecurityContextOptions
    PodSpec: activeDeadlineSeconds=i affinity=Affinity automountServiceAccountToken=b containers=[Container]
    PodSpec: dnsConfig=PodDNSConfig dnsPolicy=s enableServiceLinks=b ephemeralContainers=[EphemeralContainer]
    PodSpec: hostAliases=[HostAlias] hostIPC=b hostNetwork=b hostPID=b hostUsers=b hostname=s hostnameOverride=s
    PodSpec: imagePullSecrets=[LocalObjectReference] initContainers=[Container] nodeName=s nodeSelector={s} os=PodOS
    PodSpec: overhead={*} preemptionPolicy=s priority=i priorityClassName=s readinessGates=[PodReadinessGate]
    PodSpec: resourceClaims=[PodResourceClaim] resources=ResourceRequirements restartPolicy=s runtimeClassName=s
    PodSpec: schedulerName=s schedulingGates=[PodSchedulingGate] schedulingGroup=PodSchedulingGroup
    PodSpec: securityContext=PodSecurityContext serviceAccount=s serviceAccountName=s setHostnameAsFQDN=b
    PodSpec: shareProcessNamespace=b subdomain=s terminationGracePeriodSeconds=i tolerations=[Toleration]
    PodSpec: topologySpreadConstraints=[TopologySpreadConstraint] volumes=[Volume]
    PodTemplate: apiVersion=s kind=s metadata=ObjectMeta template=PodTemplateSpec
    PodTemplateSpec: metadata=ObjectMeta spec=PodSpec
    PodsMetricSource: metric=MetricIdentifier target=MetricTarget
    PolicyRule: apiGroups=[s] nonResourceURLs=[s] resourceNames=[s] resources=[s] verbs=[s]
    PortworxVolumeSource: fsType=s readOnly=b volumeID=s
    PreferredSchedulingTerm: preference=NodeSelectorTerm weight=i
    Probe: exec=ExecAction failureThreshold=i grpc=GRPCAction httpGet=HTTPGetAction initialDelaySeconds=i
    Probe: periodSeconds=i successThreshold=i tcpSocket=TCPSocketAction terminationGracePeriodSeconds=i
    Probe: timeoutSeconds=i
    ProjectedVolumeSource: defaultMode=i sources=[VolumeProjection]
    QuobyteVolumeSource: group=s readOnly=b registry=s tenant=s user=s volume=s
    RBDPersistentVolumeSource: fsType=s image=s keyring=s monitors=[s] pool=s readOnly=b secretRef=SecretReference
    RBDPersistentVolumeSource: user=s
    RBDVolumeSource: fsType=s image=s keyring=s monitors=[s] pool=s readOnly=b secretRef=LocalObjectReference user=s
    ReplicaSet: apiVersion=s kind=s metadata=ObjectMeta spec=ReplicaSetSpec status=*
    ReplicaSetSpec: minReadySeconds=i replicas=i selector=LabelSelector template=PodTemplateSpec
    ReplicationController: apiVersion=s kind=s metadata=ObjectMeta spec=ReplicationControllerSpec status=*
    ReplicationControllerSpec: minReadySeconds=i replicas=i selector={s} template=PodTemplateSpec
    ResourceClaim: name=s request=s
    ResourceFieldSelector: containerName=s divisor=* resource=s
    ResourceMetricSource: name=s target=MetricTarget
    ResourceQuota: apiVersion=s kind=s metadata=ObjectMeta spec=ResourceQuotaSpec status=*
    ResourceQuotaSpec: hard={*} scopeSelector=ScopeSelector scopes=[s]
    ResourceRequirements: claims=[ResourceClaim] limits={*} requests={*}
    Role: apiVersion=s kind=s metadata=ObjectMeta rules=[PolicyRule]
    RoleBinding: apiVersion=s kind=s metadata=ObjectMeta roleRef=RoleRef subjects=[Subject]
    RoleRef: apiGroup=s kind=s name=s
    RollingUpdateDaemonSet: maxSurge=* maxUnavailable=*
    RollingUpdateDeployment: maxSurge=* maxUnavailable=*
    RollingUpdateStatefulSetStrategy: maxUnavailable=* partition=i
    SELinuxOptions: level=s role=s type=s user=s
    ScaleIOPersistentVolumeSource: fsType=s gateway=s protectionDomain=s readOnly=b secretRef=SecretReference
    ScaleIOPersistentVolumeSource: sslEnabled=b storageMode=s storagePool=s system=s volumeName=s
    ScaleIOVolumeSource: fsType=s gateway=s protectionDomain=s readOnly=b secretRef=LocalObjectReference sslEnabled=b
    ScaleIOVolumeSource: storageMode=s storagePool=s system=s volumeName=s
    ScopeSelector: matchExpressions=[ScopedResourceSelectorRequirement]
    ScopedResourceSelectorRequirement: operator=s scopeName=s values=[s]
    SeccompProfile: localhostProfile=s type=s
    Secret: apiVersion=s data={s} immutable=b kind=s metadata=ObjectMeta stringData={s} type=s
    SecretEnvSource: name=s optional=b
    SecretKeySelector: key=s name=s optional=b
    SecretProjection: items=[KeyToPath] name=s optional=b
    SecretReference: name=s namespace=s
    SecretVolumeSource: defaultMode=i items=[KeyToPath] optional=b secretName=s
    SecurityContext: allowPrivilegeEscalation=b appArmorProfile=AppArmorProfile capabilities=Capabilities privileged=b
    SecurityContext: procMount=s readOnlyRootFilesystem=b runAsGroup=i runAsNonRoot=b runAsUser=i
    SecurityContext: seLinuxOptions=SELinuxOptions seccompProfile=SeccompProfile
    SecurityContext: windowsOptions=WindowsSecurityContextOptions
    SelectableField: jsonPath=s
    Service: apiVersion=s kind=s metadata=ObjectMeta spec=ServiceSpec status=*
    ServiceAccount: apiVersion=s automountServiceAccountToken=b imagePullSecrets=[LocalObjectReference] kind=s
    ServiceAccount: metadata=ObjectMeta secrets=[ObjectReference]
    ServiceAccountTokenProjection: audience=s expirationSeconds=i path=s
    ServiceBackendPort: name=s number=i
    ServiceCIDR: apiVersion=s kind=s metadata=ObjectMeta spec=ServiceCIDRSpec status=*
    ServiceCIDRSpec: cidrs=[s]
    ServicePort: appProtocol=s name=s nodePort=i port=i protocol=s targetPort=*
    ServiceReference: name=s namespace=s path=s port=i
    ServiceSpec: allocateLoadBalancerNodePorts=b clusterIP=s clusterIPs=[s] externalIPs=[s] externalName=s
    ServiceSpec: externalTrafficPolicy=s healthCheckNodePort=i internalTrafficPolicy=s ipFamilies=[s] ipFamilyPolicy=s
    ServiceSpec: loadBalancerClass=s loadBalancerIP=s loadBalancerSourceRanges=[s] ports=[ServicePort]
    ServiceSpec: publishNotReadyAddresses=b selector={s} sessionAffinity=s sessionAffinityConfig=SessionAffinityConfig
    ServiceSpec: trafficDistribution=s type=s
    SessionAffinityConfig: clientIP=ClientIPConfig
    ShardInfo: selector=s
    SleepAction: seconds=i
    StatefulSet: apiVersion=s kind=s metadata=ObjectMeta spec=StatefulSetSpec status=*
    StatefulSetOrdinals: start=i
    StatefulSetPersistentVolumeClaimRetentionPolicy: whenDeleted=s whenScaled=s
    StatefulSetSpec: minReadySeconds=i ordinals=StatefulSetOrdinals
    StatefulSetSpec: persistentVolumeClaimRetentionPolicy=StatefulSetPersistentVolumeClaimRetentionPolicy
    StatefulSetSpec: podManagementPolicy=s replicas=i revisionHistoryLimit=i selector=LabelSelector serviceName=s
    StatefulSetSpec: template=PodTemplateSpec updateStrategy=StatefulSetUpdateStrategy
    StatefulSetSpec: volumeClaimTemplates=[PersistentVolumeClaim]
    StatefulSetUpdateStrategy: rollingUpdate=RollingUpdateStatefulSetStrategy type=s
    Status: apiVersion=s code=i details=StatusDetails kind=s message=s metadata=ListMeta reason=s status=*
    StatusCause: field=s message=s reason=s
    """
}
